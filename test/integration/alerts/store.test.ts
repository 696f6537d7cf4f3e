import { describe, expect, it } from 'vitest'
import type { Condition } from '../../../shared/alerts/alert.ts'
import { fingerprintOf } from '../../../shared/alerts/alert.ts'
import {
  acknowledgeAlert,
  raiseAlert,
  resolveAlert,
  type AlertDecision,
} from '../../../shared/alerts/decide.ts'
import { alertStore, type AlertFilter, type StoredAlert } from '../../../shared/alerts/store.ts'
import { listAudit } from '../../../shared/audit/store.ts'
import { verifyAudit } from '../../../shared/audit/verify.ts'
import type { Severity } from '../../../shared/health/check.ts'
import { systemPrincipal } from '../../../shared/kernel/auth.ts'
import { makeCursors } from '../../../shared/kernel/cursor.ts'
import { PENDING_PARTITION, type OutboxRow } from '../../../shared/kernel/outbox.ts'
import { manualEffects } from '../../support/effects.ts'
import { rejectionOf } from '../../support/problem.ts'
import { testTable } from '../../support/table.ts'

const effects = manualEffects(undefined, 'immediate')
const started = testTable(effects)
const cursors = makeCursors(Buffer.alloc(32, 1))
const store = () => alertStore(started().table, effects, 'The platform')
const actor = systemPrincipal('prober')

const conditionOf = (check: string, severity: Severity, component = 'database'): Condition => ({
  labels: { check },
  kind: 'check_unhealthy',
  severity,
  component,
  check,
  summary: `${check} is unhealthy`,
  message: 'Connection refused',
})

async function commit(previous: StoredAlert | undefined, decision: AlertDecision | 'unchanged' | undefined) {
  if (decision === undefined || decision === 'unchanged') throw new Error('There should be a decision.')
  const writes = store().writesOf(previous, decision, { actor, now: effects.now(), reason: 'a test' })
  const result = await store().commit(writes)
  return { result, id: decision.alert.id }
}
async function raised(condition: Condition): Promise<StoredAlert> {
  effects.advance(1_000)
  const previous = await store().latest(fingerprintOf(condition.labels))
  const { id } = await commit(previous, raiseAlert(previous, condition, effects.now(), effects.id()))
  return found(id)
}
async function found(id: string): Promise<StoredAlert> {
  const alert = await store().get(id)
  if (alert === undefined) throw new Error('The alert should be there.')
  return alert
}
async function resolved(alert: StoredAlert): Promise<StoredAlert> {
  await commit(alert, resolveAlert(alert, effects.now(), 'ada'))
  return found(alert.id)
}
async function acknowledged(alert: StoredAlert): Promise<StoredAlert> {
  await commit(alert, acknowledgeAlert(alert, effects.now(), 'ada'))
  return found(alert.id)
}
async function everyPage(filter: AlertFilter, limit: number): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await store().list(filter, limit, cursors, cursor)
    expect(page.alerts.length).toBeLessThanOrEqual(limit)
    ids.push(...page.alerts.map((alert) => alert.id))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return ids
}

describe('a stored alert', () => {
  it('is found by its id and by its fingerprint, and is written with its audit event and its message', async () => {
    const condition = conditionOf('stored', 'critical')
    const alert = await raised(condition)
    expect(await store().latest(alert.fingerprint)).toEqual(alert)
    expect(alert).toMatchObject({ version: 1, audit: { seq: 1 } })
    const { items } = await started().table.query<OutboxRow>({
      index: 'gsi1',
      partition: PENDING_PARTITION,
      limit: 100,
    })
    expect(items.filter((row) => row.body['dedup_key'] === alert.id)).toMatchObject([
      { topic: 'critical', body: { event: 'firing', platform: 'The platform', alert: { id: alert.id } } },
    ])
  })

  it('is the newest of its fingerprint after the old one was resolved long ago', async () => {
    const condition = conditionOf('again', 'error')
    const first = await resolved(await raised(condition))
    effects.advance(16 * 60_000)
    const second = await raised(condition)
    expect(second.id).not.toBe(first.id)
    expect(second.audit.seq).toBe(1)
    expect((await store().latest(first.fingerprint))?.id).toBe(second.id)
    expect(await found(first.id)).toEqual(first)
  })

  it('changes for one of two who decide on the same version', async () => {
    const alert = await raised(conditionOf('raced', 'error'))
    const both = await Promise.all([
      commit(alert, acknowledgeAlert(alert, effects.now(), 'ada')),
      commit(alert, resolveAlert(alert, effects.now(), 'grace')),
    ])
    expect(both.filter(({ result }) => result.committed)).toHaveLength(1)
    expect((await found(alert.id)).version).toBe(2)
  })

  it('is opened once by two who find the condition at the same moment, in the same slot', async () => {
    const condition = conditionOf('twice', 'error')
    const decision = raiseAlert(undefined, condition, effects.now(), effects.id())
    const both = await Promise.all([commit(undefined, decision), commit(undefined, decision)])
    expect(both.filter(({ result }) => result.committed)).toHaveLength(1)
  })

  it('has an audit chain that holds, over its whole life', async () => {
    const first = await acknowledged(await raised(conditionOf('audited', 'warning')))
    const worse = await raised(conditionOf('audited', 'critical'))
    await resolved(worse)
    const filter = {
      entity: `alert:${first.id}`,
      fromMs: 0,
      toMs: effects.now(),
      asked: [undefined, undefined] as const,
    }
    const { events } = await listAudit(started().table, filter, 100, cursors)
    expect(events.map((event) => event.action).toReversed()).toEqual([
      'alert.opened',
      'alert.acknowledged',
      'alert.raised',
      'alert.resolved',
    ])
    expect(events.map((event) => event.reason)).toEqual(Array.from({ length: 4 }, () => 'a test'))
    expect(verifyAudit(events, [])).toEqual([])
  })

  it('is none when nobody has heard of it', async () => {
    expect(await store().get('01ARYZ6S410000000000000000-0123456789abcdef')).toBeUndefined()
    expect(await store().latest('f'.repeat(64))).toBeUndefined()
  })
})

describe('the list of alerts', () => {
  it('filters by severity, status, component and check, newest first, and pages without loss', async () => {
    const severities = ['critical', 'error', 'warning', 'info'] as const
    const alerts: StoredAlert[] = []
    for (let n = 0; n < 16; n += 1) {
      const condition = conditionOf(
        `listed-${n}`,
        severities[n % 4] ?? 'info',
        n % 3 === 0 ? 'storage' : 'listed',
      )
      const alert = await raised(condition)
      if (n % 5 === 0) alerts.push(await resolved(alert))
      else if (n % 5 === 1) alerts.push(await acknowledged(alert))
      else alerts.push(alert)
    }
    const mine = new Set(alerts.map((alert) => alert.id))
    const filters: AlertFilter[] = [
      {},
      { status: 'open' },
      { status: 'firing' },
      { status: 'acknowledged' },
      { status: 'resolved' },
      { severity: 'critical' },
      { severity: 'error', status: 'open' },
      { component: 'storage', status: 'firing' },
      { component: 'listed', severity: 'info' },
      { check: 'listed-7' },
      { check: 'none' },
    ]
    for (const filter of filters) {
      const wanted = alerts
        .filter(
          (alert) =>
            (filter.severity ?? alert.severity) === alert.severity &&
            (filter.component ?? alert.component) === alert.component &&
            (filter.check ?? alert.check) === alert.check &&
            (filter.status === 'open'
              ? alert.status !== 'resolved'
              : (filter.status ?? alert.status) === alert.status),
        )
        .map((alert) => alert.id)
        .toReversed()
      for (const limit of [3, 100]) {
        expect((await everyPage(filter, limit)).filter((id) => mine.has(id))).toEqual(wanted)
      }
    }
  })

  it('does not go on with the cursor of another list', async () => {
    await raised(conditionOf('cursor-1', 'error'))
    await raised(conditionOf('cursor-2', 'error'))
    const { nextCursor } = await store().list({ status: 'open' }, 1, cursors)
    expect(nextCursor).toBeDefined()
    for (const filter of [{}, { status: 'firing' }, { status: 'open', severity: 'error' }] as const) {
      expect((await rejectionOf(() => store().list(filter, 1, cursors, nextCursor))).code).toBe(
        'invalid_cursor',
      )
    }
  })
})
