import { beforeAll, describe, expect, it } from 'vitest'
import { alertDeps } from '../../../functions/alerts/deps.ts'
import { fingerprintOf } from '../../../shared/alerts/alert.ts'
import { raiseAlert, resolveAlert } from '../../../shared/alerts/decide.ts'
import { alertStore } from '../../../shared/alerts/store.ts'
import { verifyAudit } from '../../../shared/audit/verify.ts'
import type { AuditEvent } from '../../../shared/kernel/audit.ts'
import { systemPrincipal } from '../../../shared/kernel/auth.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { alertsContract } from '../../../shared/alerts/contract.ts'
import { auditContract } from '../../../shared/audit/contract.ts'
import { PENDING_PARTITION, type OutboxRow } from '../../../shared/kernel/outbox.ts'
import { send } from '../../support/handlers.ts'
import { bodyOf, claimsOf, type RequestParts } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const store = () => alertStore(started().table, systemEffects, 'The platform')
const responder = { ...claimsOf('responder'), sub: 'user-9', username: 'grace' }
const change = { actor: systemPrincipal('prober'), now: systemEffects.now() }

async function openAlert(check: string): Promise<string> {
  const labels = { check }
  const condition = {
    labels,
    kind: 'check_unhealthy',
    severity: 'error',
    check,
    summary: `${check} is unhealthy`,
    message: 'Connection refused',
  } as const
  const decision = raiseAlert(undefined, condition, change.now, systemEffects.id())
  await store().commit(store().writesOf(undefined, decision, change))
  return decision.alert.id
}
async function resolve(alert: string): Promise<void> {
  const current = await store().get(alert)
  const decision = current && resolveAlert(current, change.now, 'prober')
  if (decision === undefined) throw new Error('It should be open.')
  await store().commit(store().writesOf(current, decision, change))
}
async function announced(alert: string): Promise<readonly unknown[]> {
  const { items } = await started().table.query<OutboxRow>({
    index: 'gsi1',
    partition: PENDING_PARTITION,
    limit: 500,
  })
  return items.filter((row) => row.body['dedup_key'] === alert).map((row) => row.body['event'])
}
const post = (
  route: 'acknowledgeAlert' | 'resolveAlert',
  alert: string,
  body?: object,
  headers: RequestParts['headers'] = {},
) =>
  send(alertsContract[route], {
    params: { alert },
    claims: responder,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

describe('acknowledging an alert', () => {
  it('names who did it and why, in the alert, its audit chain and its message', async () => {
    const alert = await openAlert('acknowledged')
    const result = await post('acknowledgeAlert', alert, { note: 'on it' })
    expect(result).toMatchObject({ statusCode: 200, headers: { etag: '"2"' } })
    expect(bodyOf(result)).toMatchObject({
      status: 'acknowledged',
      acknowledged: { by: 'grace', note: 'on it' },
      version: 2,
    })
    const shown = await send(alertsContract.getAlert, { params: { alert }, claims: responder })
    expect(shown.body).toBe(result.body)
    expect(await announced(alert)).toEqual(['firing', 'acknowledged'])
    const query = { entity: `alert:${alert}` }
    const audit = bodyOf(await send(auditContract.listAudit, { query, claims: claimsOf('admin') }))
    const events = audit['events'] as AuditEvent[]
    expect(events).toMatchObject([
      {
        seq: 2,
        action: 'alert.acknowledged',
        actor: { kind: 'user', id: 'user-9', name: 'grace' },
        reason: 'on it',
      },
      { seq: 1, action: 'alert.opened', actor: { kind: 'system', name: 'prober' } },
    ])
    expect(verifyAudit(events, [])).toEqual([])
  })

  it('has no effect the second time, and keeps the first name', async () => {
    const alert = await openAlert('twice')
    await post('acknowledgeAlert', alert, { note: 'first' })
    const again = await send(alertsContract.acknowledgeAlert, {
      params: { alert },
      claims: claimsOf('admin'),
    })
    expect(bodyOf(again)).toMatchObject({ acknowledged: { by: 'grace', note: 'first' }, version: 2 })
    expect(await announced(alert)).toEqual(['firing', 'acknowledged'])
  })

  it('needs neither a body nor a note', async () => {
    const alert = await openAlert('silent')
    const result = await post('acknowledgeAlert', alert)
    expect(bodyOf(result)['acknowledged']).not.toHaveProperty('note')
  })

  it('happens once for one Idempotency-Key, however often it is sent', async () => {
    const alert = await openAlert('idempotent')
    const headers = { 'idempotency-key': 'page-1' }
    const [first, second] = [
      await post('acknowledgeAlert', alert, {}, headers),
      await post('acknowledgeAlert', alert, {}, headers),
    ]
    expect(second.body).toBe(first.body)
    expect(second.headers).toMatchObject({ 'idempotency-replayed': 'true' })
    const resolved = await post('resolveAlert', alert, {}, headers)
    expect(resolved.statusCode).toBe(200)
  })

  it('is refused for a version that is no longer the current one', async () => {
    const alert = await openAlert('stale')
    await post('acknowledgeAlert', alert, {}, { 'if-match': '"1"' })
    const late = await post('resolveAlert', alert, {}, { 'if-match': '"1"' })
    expect(late).toMatchObject({ statusCode: 412, headers: { etag: '"2"' } })
    expect((await store().get(alert))?.status).toBe('acknowledged')
  })

  it('is refused for an alert that is resolved, or that there never was', async () => {
    const alert = await openAlert('over')
    await resolve(alert)
    expect(bodyOf(await post('acknowledgeAlert', alert))).toMatchObject({
      status: 409,
      code: 'alert_resolved',
    })
    expect(bodyOf(await post('resolveAlert', alert))).toMatchObject({ status: 409, code: 'alert_resolved' })
    const unknown = '01ARYZ6S410000000000000000-0123456789abcdef'
    expect(bodyOf(await post('resolveAlert', unknown))).toMatchObject({ status: 404, code: 'unknown_alert' })
    const shown = await send(alertsContract.getAlert, { params: { alert: unknown }, claims: responder })
    expect(bodyOf(shown)).toMatchObject({ status: 404, code: 'unknown_alert' })
  })

  it('by two at the same moment is done by one, and neither is told a lie', async () => {
    const alert = await openAlert('raced')
    const results = await Promise.all([post('acknowledgeAlert', alert), post('resolveAlert', alert)])
    const won = results.filter((result) => result.statusCode === 200).length
    expect((await store().get(alert))?.version).toBe(1 + won)
    expect(won).toBeGreaterThan(0)
  })
})

describe('resolving an alert by hand', () => {
  it('is announced, and the alert leaves the open ones', async () => {
    const alert = await openAlert('resolved')
    expect(bodyOf(await post('resolveAlert', alert, { note: 'fixed' }))).toMatchObject({
      status: 'resolved',
      resolved: { by: 'grace', note: 'fixed' },
    })
    expect(await announced(alert)).toEqual(['firing', 'resolved'])
    const query = { status: 'open', check: 'resolved' }
    const open = await send(alertsContract.listAlerts, { query, claims: responder })
    expect(bodyOf(open)).toEqual({ alerts: [] })
    expect((await store().latest(fingerprintOf({ check: 'resolved' })))?.status).toBe('resolved')
  })
})

describe('the list of alerts over HTTP', () => {
  beforeAll(async () => {
    for (const check of ['paged-1', 'paged-2', 'paged-3']) await openAlert(check)
  })

  it('is paged by a cursor that the caller hands back', async () => {
    const seen: unknown[] = []
    let cursor: unknown
    do {
      const query = {
        status: 'open',
        severity: 'error',
        limit: '2',
        ...(typeof cursor === 'string' ? { cursor } : {}),
      }
      const page = bodyOf(await send(alertsContract.listAlerts, { query, claims: responder }))
      seen.push(...(page['alerts'] as { id: string }[]).map((alert) => alert.id))
      cursor = page['next_cursor']
    } while (cursor !== undefined)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBeGreaterThanOrEqual(3)
  })

  it('has dependencies of its own', async () => {
    const deps = await alertDeps()
    expect(deps.platform.name).toBe('Second Watch Network')
    expect(deps.slowRequestMs).toBeGreaterThan(0)
  })
})
