import { expect, test } from 'vitest'
import { openKeyring } from '../../../shared/kernel/keyring.ts'
import { record } from '../../../functions/heartbeats/record.ts'
import type { HeartbeatDeps } from '../../../functions/heartbeats/deps.ts'
import { heartbeatsContract } from '../../../shared/heartbeats/contract.ts'
import { pingKeyOf } from '../../../shared/heartbeats/ping-key.ts'
import { http } from '../../../shared/kernel/http.ts'
import { signingKey } from '../../../shared/kernel/signing-key.ts'
import { httpEvent } from '../../support/http-event.ts'
import { lambdaContext } from '../../support/lambda-context.ts'
import { inRole } from '../../support/role.ts'
import { HOUR_MS, LAB_START, MINUTE_MS, openLab, type Lab } from '../../support/prober-lab.ts'
import { withoutLimits } from '../../support/unlimited.ts'

const GRACE_MS = 5 * MINUTE_MS
const backup = {
  id: 'backup',
  name: 'Backup',
  component: 'api',
  severity: 'error',
  runbook: 'docs/runbook.md#backups',
  kind: 'heartbeat',
  target: { periodSeconds: 3_600, graceSeconds: GRACE_MS / 1_000 },
} as const

/** A prober that watches a job, and the job's ping address. */
async function openLabOfJob() {
  const lab = await openLab({ checks: [backup] })
  const key = pingKeyOf(await signingKey(lab.table, lab.clock.effects), backup.id)
  const deps: HeartbeatDeps = {
    ...lab.deps.container,
    platform: lab.platform,
    slowRequestMs: 60_000,
    ...withoutLimits,
    keyring: openKeyring(lab.table, lab.clock.effects),
    checkByPingKey: new Map([[key, backup.id]]),
  }
  const { ping, postPing, signal, postSignal } = heartbeatsContract
  const handler = http(
    { ping, postPing, signal, postSignal },
    {
      ping: ({ params }, deps) => record(params.key, undefined, deps),
      postPing: ({ params }, deps) => record(params.key, undefined, deps),
      signal: ({ params }, deps) => record(params.key, params.signal, deps),
      postSignal: ({ params }, deps) => record(params.key, params.signal, deps),
    },
    async () => deps,
  )
  /** `send('GET')`, `send('POST', 'fail', { body })`. */
  const send = async (
    method: 'GET' | 'HEAD' | 'POST',
    signalText?: string,
    more: Partial<Parameters<typeof httpEvent>[0]> = {},
  ) => {
    const routeKey = `${method} /ping/{key}${signalText === undefined ? '' : '/{signal}'}`
    const params = { key, ...(signalText === undefined ? {} : { signal: signalText }) }
    const event = httpEvent({ routeKey, params, ...more })
    return inRole('heartbeats-http', () => handler(event, lambdaContext()))
  }
  return { lab, key, send }
}

const pass = (lab: Lab, ms: number) => lab.clock.set(lab.clock.now() + ms)

/** What a tick, run now, makes of the job. */
async function statusNow(lab: Lab): Promise<unknown> {
  await lab.tickAt(lab.clock.now())
  const [stored] = await lab.items('CHECK#')
  const { status, message } = Object(stored?.['state'])
  return { status, message }
}

test('a job is waited for, is well after its ping, and late when the next one stays away', async () => {
  const { lab, send } = await openLabOfJob()
  expect(await statusNow(lab)).toEqual({ status: 'healthy', message: 'Waiting for the first signal' })
  pass(lab, 10 * MINUTE_MS)
  expect(await send('GET')).toMatchObject({ statusCode: 200, body: 'OK' })
  expect(await statusNow(lab)).toEqual({ status: 'healthy', message: 'The job succeeded 0 s ago' })
  pass(lab, HOUR_MS + GRACE_MS)
  expect(await statusNow(lab)).toMatchObject({ status: 'healthy' })
  pass(lab, MINUTE_MS)
  expect(await statusNow(lab)).toEqual({
    status: 'unhealthy',
    message: 'No signal for 66 min, expected every 60 min',
  })
  expect(await lab.told()).toEqual(['firing>error'])
})

test('a late job that reports again is well after two ticks, and people are told', async () => {
  const { lab, send } = await openLabOfJob()
  await send('GET', 'fail')
  expect(await statusNow(lab)).toMatchObject({ status: 'unhealthy' })
  pass(lab, MINUTE_MS)
  await send('GET')
  expect(await statusNow(lab)).toMatchObject({ status: 'unhealthy', message: 'The job succeeded 0 s ago' })
  pass(lab, MINUTE_MS)
  expect(await statusNow(lab)).toMatchObject({ status: 'healthy' })
  expect(await lab.told()).toEqual(['firing>error', 'resolved>error'])
})

test('a job that never reports is late one period after it was first watched', async () => {
  const { lab } = await openLabOfJob()
  await statusNow(lab)
  pass(lab, HOUR_MS + GRACE_MS + MINUTE_MS)
  expect(await statusNow(lab)).toMatchObject({ status: 'unhealthy' })
})

test.each([
  ['fail', 'unhealthy', 'The job reported a failure'],
  ['1', 'unhealthy', 'The job reported a failure (exit code 1)'],
  ['255', 'unhealthy', 'The job reported a failure (exit code 255)'],
  ['0', 'healthy', 'The job succeeded 0 s ago'],
  ['start', 'healthy', 'Waiting for the first signal'],
  ['log', 'healthy', 'Waiting for the first signal'],
])('the signal %s makes the job %s at the next tick', async (signal, status, message) => {
  const { lab, send } = await openLabOfJob()
  expect((await send('POST', signal)).statusCode).toBe(200)
  expect(await statusNow(lab)).toEqual({ status, message })
})

test('a job that was started and does not end within its grace is late before its period is over', async () => {
  const { lab, send } = await openLabOfJob()
  await send('GET')
  pass(lab, MINUTE_MS)
  await send('GET', 'start')
  pass(lab, GRACE_MS)
  expect(await statusNow(lab)).toMatchObject({ status: 'healthy' })
  pass(lab, MINUTE_MS)
  expect(await statusNow(lab)).toEqual({
    status: 'unhealthy',
    message: 'The job started 6 min ago and has not succeeded',
  })
})

test.each([
  ['a GET', 'GET', {}],
  ['a HEAD', 'HEAD', {}],
  ['a POST without a body', 'POST', {}],
  ['a POST with a line of text', 'POST', { body: 'backup of 12 tables done' }],
  ['a POST with something like JSON', 'POST', { body: '{"not": json' }],
  [
    'a POST with bytes',
    'POST',
    { body: Buffer.from([0, 255, 1, 2]).toString('base64'), isBase64Encoded: true },
  ],
  ['a POST with a long log', 'POST', { body: 'x'.repeat(200_000) }],
  ['a GET with the id of a run', 'GET', { query: { rid: '0b9aebaa-8d21-4a55-9e33-4ee4ea3bd9be' } }],
] as const)('%s is a ping', async (_what, method, parts) => {
  const { lab, send } = await openLabOfJob()
  const answer = await send(method, undefined, parts)
  expect(answer.statusCode).toBe(200)
  expect(answer.body).toBe(method === 'HEAD' ? undefined : 'OK')
  expect(answer.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8' })
  expect(await lab.items('HEARTBEAT#')).toMatchObject([{ lastSuccessAt: LAB_START, lastSeenAt: LAB_START }])
})

test('the address may be written in capitals', async () => {
  const { lab, key, send } = await openLabOfJob()
  expect((await send('GET', undefined, { params: { key: key.toUpperCase() } })).statusCode).toBe(200)
  expect(await lab.items('HEARTBEAT#')).toHaveLength(1)
})

test.each([
  ['an address of nobody’s', { key: '00000000-0000-8000-8000-000000000000' }, 404],
  ['no address at all', { key: 'nightly-backup' }, 422],
])('%s is refused, and nothing is remembered', async (_what, params, expected) => {
  const { lab, send } = await openLabOfJob()
  expect((await send('GET', undefined, { params })).statusCode).toBe(expected)
  expect((await send('POST', 'fail', { params: { ...params, signal: 'fail' } })).statusCode).toBe(expected)
  expect(await lab.items('HEARTBEAT#')).toEqual([])
})

test.each(['256', '999', '-1', '007', 'finish', 'START'])(
  'the signal %s is no signal: it is refused, and nothing is remembered',
  async (signal) => {
    const { lab, send } = await openLabOfJob()
    expect((await send('GET', signal)).statusCode).toBe(422)
    expect(await lab.items('HEARTBEAT#')).toEqual([])
  },
)

test('pings at the same moment as the first look at the job are not lost', async () => {
  const { lab, send } = await openLabOfJob()
  const [, ping] = await Promise.all([statusNow(lab), send('GET')])
  expect(ping.statusCode).toBe(200)
  expect(await lab.items('HEARTBEAT#')).toMatchObject([{ lastSuccessAt: LAB_START, watchedSince: LAB_START }])
})
