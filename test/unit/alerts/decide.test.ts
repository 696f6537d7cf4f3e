import { describe, expect, it } from 'vitest'
import type { Alert, Condition } from '../../../shared/alerts/alert.ts'
import { fingerprintOf } from '../../../shared/alerts/alert.ts'
import {
  acknowledgeAlert,
  markFlapping,
  raiseAlert,
  REOPEN_WITHIN_MS,
  resolveAlert,
} from '../../../shared/alerts/decide.ts'

const ULID = '01ARYZ6S410000000000000000'
const condition: Condition = {
  labels: { platform: 'p', check: 'database' },
  kind: 'check_degraded',
  severity: 'warning',
  component: 'database',
  check: 'database',
  summary: 'Database is degraded',
  message: 'It took 900 ms',
}
const worse: Condition = {
  ...condition,
  kind: 'check_unhealthy',
  severity: 'critical',
  summary: 'It is down',
}
const alertOf = (decision: { readonly alert: Alert } | 'unchanged' | undefined): Alert => {
  if (decision === undefined || decision === 'unchanged') throw new Error('There should be a next state.')
  return decision.alert
}
const opened = raiseAlert(undefined, condition, 1_000, ULID).alert
const acknowledged = alertOf(acknowledgeAlert(opened, 2_000, 'ada'))
const resolved = alertOf(resolveAlert(acknowledged, 3_000, 'prober'))

describe('a condition that nobody has heard of', () => {
  it('opens an alert and announces it to its severity', () => {
    expect(raiseAlert(undefined, condition, 1_000, ULID)).toEqual({
      alert: {
        id: `${ULID}-${fingerprintOf(condition.labels).slice(0, 16)}`,
        fingerprint: fingerprintOf(condition.labels),
        kind: 'check_degraded',
        severity: 'warning',
        component: 'database',
        check: 'database',
        summary: 'Database is degraded',
        message: 'It took 900 ms',
        status: 'firing',
        flapping: false,
        startedAt: 1_000,
        openedAt: 1_000,
        updatedAt: 1_000,
        reopened: 0,
        announcedTo: ['warning'],
        version: 1,
      },
      action: 'alert.opened',
      announcement: { event: 'firing', topics: ['warning'] },
    })
  })
})

describe('a condition that comes back', () => {
  it('is the same alert up to 15 minutes after it was resolved', () => {
    const decision = raiseAlert(resolved, condition, 3_000 + REOPEN_WITHIN_MS, 'OTHER')
    expect(decision).toMatchObject({
      action: 'alert.reopened',
      announcement: { event: 'firing', topics: ['warning'] },
      alert: {
        id: opened.id,
        status: 'firing',
        reopened: 1,
        startedAt: 1_000,
        openedAt: 3_000 + REOPEN_WITHIN_MS,
        version: 4,
      },
    })
    expect(decision.alert).not.toHaveProperty('resolved')
    expect(decision.alert).not.toHaveProperty('acknowledged')
  })

  it('is a new alert after that', () => {
    const decision = raiseAlert(resolved, condition, 3_001 + REOPEN_WITHIN_MS, 'OTHER')
    expect(decision).toMatchObject({ action: 'alert.opened', alert: { version: 1, reopened: 0 } })
    expect(decision.alert.id).not.toBe(opened.id)
  })

  it('is also announced to a severity that it did not have before', () => {
    const decision = raiseAlert(resolved, worse, 4_000, ULID)
    expect(decision.announcement?.topics).toEqual(['critical'])
    expect(decision.alert.announcedTo).toEqual(['warning', 'critical'])
  })

  it('counts from its last change where nobody signed its end', () => {
    const { resolved: _resolved, ...unsigned } = resolved
    expect(raiseAlert(unsigned, condition, 4_000, ULID).action).toBe('alert.reopened')
  })
})

describe('an open alert', () => {
  it('that gets worse fires again, on the topic of its new severity, and must be acknowledged anew', () => {
    const decision = raiseAlert(acknowledged, worse, 5_000, ULID)
    expect(decision).toMatchObject({
      action: 'alert.raised',
      announcement: { event: 'firing', topics: ['critical'] },
      alert: {
        id: opened.id,
        status: 'firing',
        severity: 'critical',
        kind: 'check_unhealthy',
        announcedTo: ['warning', 'critical'],
        version: 3,
      },
    })
    expect(decision.alert).not.toHaveProperty('acknowledged')
  })

  it('that does not get worse is brought up to date in silence', () => {
    const raised = raiseAlert(acknowledged, worse, 5_000, ULID).alert
    const decision = raiseAlert(raised, condition, 6_000, ULID)
    expect(decision.announcement).toBeUndefined()
    expect(decision).toMatchObject({
      action: 'alert.updated',
      alert: { severity: 'critical', summary: 'Database is degraded', updatedAt: 6_000, version: 4 },
    })
  })

  it('stays acknowledged by whoever did so', () => {
    const updated = raiseAlert(acknowledged, condition, 5_000, ULID).alert
    expect(updated).toMatchObject({ status: 'acknowledged', acknowledged: { at: 2_000, by: 'ada' } })
  })
})

describe('acknowledging', () => {
  it('records who did it and why, and tells everybody who heard of the alert', () => {
    expect(acknowledgeAlert(opened, 2_000, 'ada', 'on it')).toMatchObject({
      action: 'alert.acknowledged',
      announcement: { event: 'acknowledged', topics: ['warning'] },
      alert: { status: 'acknowledged', acknowledged: { at: 2_000, by: 'ada', note: 'on it' }, version: 2 },
    })
    expect(acknowledged.acknowledged).not.toHaveProperty('note')
  })

  it('keeps the first name when somebody does it again', () => {
    expect(acknowledgeAlert(acknowledged, 9_000, 'grace')).toBe('unchanged')
  })

  it('cannot happen after the end', () => {
    expect(acknowledgeAlert(resolved, 9_000, 'grace')).toBeUndefined()
  })
})

describe('resolving', () => {
  it('tells everybody who heard of the alert', () => {
    const raised = raiseAlert(opened, worse, 2_000, ULID).alert
    expect(resolveAlert(raised, 3_000, 'ada', 'fixed')).toMatchObject({
      action: 'alert.resolved',
      announcement: { event: 'resolved', topics: ['warning', 'critical'] },
      alert: { status: 'resolved', resolved: { at: 3_000, by: 'ada', note: 'fixed' }, version: 3 },
    })
    expect(resolved.resolved).not.toHaveProperty('note')
  })

  it('happens once', () => {
    expect(resolveAlert(resolved, 9_000, 'ada')).toBeUndefined()
  })

  it('ends flapping', () => {
    expect(alertOf(resolveAlert(markFlapping(opened, 2_000).alert, 3_000, 'ada')).flapping).toBe(false)
  })
})

describe('flapping', () => {
  it('is announced once to everybody who heard of the alert, and keeps it open', () => {
    expect(markFlapping(opened, 2_000)).toMatchObject({
      action: 'alert.flapping',
      announcement: { event: 'flapping', topics: ['warning'] },
      alert: { status: 'firing', flapping: true, version: 2 },
    })
  })

  it('leaves an acknowledged alert with whoever is on it', () => {
    const { alert } = markFlapping(acknowledged, 5_000)
    expect(alert).toMatchObject({ status: 'acknowledged', acknowledged: { by: 'ada' } })
  })

  it('opens a resolved alert again, with nobody on it', () => {
    const { alert } = markFlapping(resolved, 5_000)
    expect(alert).toMatchObject({ status: 'firing', flapping: true, openedAt: 5_000 })
    expect(alert).not.toHaveProperty('resolved')
    expect(alert).not.toHaveProperty('acknowledged')
  })
})
