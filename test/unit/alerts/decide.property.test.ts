import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Alert, Condition } from '../../../shared/alerts/alert.ts'
import {
  acknowledgeAlert,
  markFlapping,
  raiseAlert,
  resolveAlert,
  type AlertDecision,
} from '../../../shared/alerts/decide.ts'
import { alertMessages } from '../../../shared/alerts/message.ts'
import { alertView } from '../../../shared/alerts/view.ts'
import { AlertView } from '../../../shared/alerts/contract.ts'
import { SEVERITIES } from '../../../shared/health/check.ts'

const ULID = '01ARYZ6S410000000000000000'

const steps = fc.array(
  fc.record({
    what: fc.constantFrom('raise', 'acknowledge', 'resolve', 'flap'),
    severity: fc.constantFrom(...SEVERITIES),
    afterMs: fc.nat(20 * 60_000),
    where: fc.constantFrom(
      {},
      { component: 'database', check: 'database', runbook: 'docs/runbook.md#database' },
    ),
  }),
  { maxLength: 30 },
)
type Step = typeof steps extends fc.Arbitrary<(infer S)[]> ? S : never

const conditionWith = ({ severity, where }: Step): Condition => ({
  labels: { check: 'database' },
  kind: 'check_unhealthy',
  severity,
  ...where,
  summary: 'Database is unhealthy',
  message: 'Connection refused',
})

function decide(alert: Alert | undefined, step: Step, now: number): AlertDecision | undefined {
  const { what } = step
  if (what === 'raise') return raiseAlert(alert, conditionWith(step), now, ULID)
  if (alert === undefined) return undefined
  if (what === 'flap') return markFlapping(alert, now)
  const decision =
    what === 'resolve' ? resolveAlert(alert, now, 'ada') : acknowledgeAlert(alert, now, 'ada', 'on it')
  return decision === 'unchanged' ? undefined : decision
}

/** Plays steps from no alert at all, and shows each decision with the state before it. */
function play(
  played: readonly Step[],
  look: (previous: Alert | undefined, decision: AlertDecision, now: number) => void,
): void {
  let alert: Alert | undefined
  let now = 0
  for (const step of played) {
    now += step.afterMs
    const decision = decide(alert, step, now)
    if (decision === undefined) continue
    look(alert, decision, now)
    alert = decision.alert
  }
}

const always = (look: Parameters<typeof play>[1]) =>
  fc.assert(fc.property(steps, (played) => play(played, look)))

it('each change is the next version, unless it begins a new alert', () => {
  always((previous, { alert, action }) => {
    expect(alert.version).toBe(action === 'alert.opened' ? 1 : (previous?.version ?? 0) + 1)
  })
})

it('the severities that have heard of an alert only ever become more', () => {
  always((previous, { alert, action }) => {
    const before = action === 'alert.opened' ? [] : (previous?.announcedTo ?? [])
    expect(alert.announcedTo.slice(0, before.length)).toEqual(before)
    expect(new Set(alert.announcedTo).size).toBe(alert.announcedTo.length)
  })
})

it('whoever hears of an alert is remembered, and hears of its end', () => {
  always((_previous, { alert, announcement, action }) => {
    expect(alert.announcedTo).toEqual(expect.arrayContaining([...(announcement?.topics ?? [])]))
    const hears = action === 'alert.resolved' ? announcement?.topics : alert.announcedTo
    expect(hears).toEqual(alert.announcedTo)
  })
})

it('the severity of an open alert never falls', () => {
  always((previous, { alert, action }) => {
    if (previous === undefined || action === 'alert.opened' || action === 'alert.reopened') return
    expect(SEVERITIES.indexOf(alert.severity)).toBeLessThanOrEqual(SEVERITIES.indexOf(previous.severity))
  })
})

it('the moment of its last opening is kept for as long as it is not resolved and opened again', () => {
  always((previous, { alert }, now) => {
    const opens = previous === undefined || (previous.status === 'resolved' && alert.status !== 'resolved')
    expect(alert.openedAt).toBe(opens ? now : previous.openedAt)
  })
})

it('the signatures of an alert are those of its status', () => {
  always((_previous, { alert }) => {
    const isAcknowledged = alert.acknowledged !== undefined
    expect(alert.status === 'resolved' || isAcknowledged === (alert.status === 'acknowledged')).toBe(true)
    expect(alert.resolved !== undefined).toBe(alert.status === 'resolved')
  })
})

it('every state can be shown, and every message says which alert it is about', () => {
  always((_previous, { alert, announcement }, now) => {
    const shown = AlertView.parse(alertView(alert))
    if (announcement === undefined) return
    const messages = alertMessages(alert, announcement, 'id-1', now, 'The platform')
    expect(messages.map((message) => message.topic)).toEqual(announcement.topics)
    expect(new Set(messages.map((message) => message.id)).size).toBe(messages.length)
    for (const { id, body, attributes } of messages) {
      expect(body).toMatchObject({ id, dedup_key: alert.id, event: announcement.event, alert: shown })
      const component = alert.component ?? 'midwatch'
      expect(attributes).toMatchObject({ severity: alert.severity, component, kind: alert.kind })
    }
  })
})
