import { handler as changes } from '../../functions/changes/http.ts'
import { watch, watchDeps } from '../../functions/changes/watch.ts'
import { handler as config } from '../../functions/config/http.ts'
import { handler as maintenance } from '../../functions/maintenance/http.ts'
import { handler as publicConfig } from '../../functions/public-config/http.ts'
import { bodyOf, claimsOf } from '../../test/support/http-event.ts'
import { measureJob, type Measure } from './measure.ts'
import type { SendRequest } from './send-request.ts'

const KEY = 'bench_approved'
const params = { key: 'max_upload_size_mb' }
/** Whoever approves is not who has asked. */
const another = { ...claimsOf('admin'), sub: 'user-2', username: 'tom' }

const valueBody = (value: number, more: object = {}) => JSON.stringify({ value, ...more })

async function readRoutes(measure: Measure, request: SendRequest): Promise<void> {
  await request(config, 'listConfig')
  await measure('listConfig', () => request(config, 'listConfig'))
  await measure('getConfig', () => request(config, 'getConfig', { params }))
  await measure('listConfigHistory', () => request(config, 'listConfigHistory', { params }))
  const body = JSON.stringify({ values: { max_upload_size_mb: 7, maintenance_mode: true } })
  await measure('validateConfig', () => request(config, 'validateConfig', { body }))
  await request(publicConfig, 'getPublicConfig')
  await measure('getPublicConfig', () => request(publicConfig, 'getPublicConfig'))
  await request(maintenance, 'getMaintenanceStatus')
  await measure('getMaintenanceStatus', () => request(maintenance, 'getMaintenanceStatus'))
}

async function changeRoutes(measure: Measure, request: SendRequest): Promise<void> {
  const watched = { watch: { check: 'nightly-backup', minutes: 5 } }
  await request(config, 'putConfig', { params, body: valueBody(400) })
  await measure('putConfig', () => request(config, 'putConfig', { params, body: valueBody(600) }))
  await measure('putConfig, with a watch', () =>
    request(config, 'putConfig', { params, body: valueBody(700, watched) }),
  )
  const many = JSON.stringify({ values: { max_upload_size_mb: 8, enable_email_notifications: false } })
  await measure('putManyConfig', () => request(config, 'putManyConfig', { body: many }))
  const earlier = JSON.stringify({ version: 1 })
  await measure('rollbackConfig', () => request(config, 'rollbackConfig', { params, body: earlier }))
  await measure('deleteConfig', () => request(config, 'deleteConfig', { params }))
}

/** Asks for a change, and answers its id. */
async function ask(request: SendRequest): Promise<string> {
  const result = await request(config, 'putConfig', { params: { key: KEY }, body: valueBody(1) })
  return idOf(bodyOf(result)['pending_change'])
}

const idOf = (pending: unknown): string => (pending as { readonly id: string }).id

async function approvalRoutes(measure: Measure, request: SendRequest): Promise<void> {
  const schema = { type: 'integer' }
  const body = JSON.stringify({ key: KEY, description: 'A bench', schema, default: 0, approval: 'second' })
  await measure('createConfig', () => request(config, 'createConfig', { body }))
  const rejected = { change: await measure('putConfig, waits for a second person', () => ask(request)) }
  const approved = { change: await ask(request) }
  await measure('listChanges', () => request(changes, 'listChanges'))
  await measure('getChange', () => request(changes, 'getChange', { params: approved }))
  await measure('approveChange', () =>
    request(changes, 'approveChange', { params: approved, claims: another }),
  )
  const reason = JSON.stringify({ reason: 'A bench' })
  await measure('rejectChange', () =>
    request(changes, 'rejectChange', { params: rejected, body: reason, claims: another }),
  )
}

/** The configuration, its changes, and what looks after them. */
export async function configRoutes(measure: Measure, request: SendRequest): Promise<void> {
  await changeRoutes(measure, request)
  await readRoutes(measure, request)
  await approvalRoutes(measure, request)
  const sweeper = await watchDeps()
  const event = { schedule: 'changes-watch', scheduledAt: new Date().toISOString() }
  await measureJob(measure, 'changes-watch')('changes: watch, nothing fires', () => watch(event, sweeper))
}
