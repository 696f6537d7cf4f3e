import { describe, expect, test } from 'vitest'
import type { Alert } from '../../../shared/alerts/alert.ts'
import { REOPEN_WITHIN_MS } from '../../../shared/alerts/decide.ts'
import { Check } from '../../../shared/health/check.ts'
import type { HealthEvent } from '../../../shared/health/next.ts'
import {
  checkAlertDecision,
  checkFingerprint,
  proberAlertDecision,
  PROBER,
} from '../../../shared/prober/alerting.ts'

const check = Check.parse({
  id: 'api',
  name: 'The API',
  component: 'front',
  severity: 'critical',
  runbook: 'docs/runbook.md#api',
  kind: 'tcp',
  target: { host: 'api.example', port: 443 },
})
const NOW = 10_000_000
const ULID = '01J00000000000000000000000'

const down: HealthEvent = { kind: 'attention', status: 'unhealthy', severity: 'critical' }
const sluggish: HealthEvent = { kind: 'attention', status: 'degraded', severity: 'warning' }
const changed: HealthEvent = { kind: 'status_changed', from: 'healthy', to: 'unhealthy' }
const recovered: HealthEvent = { kind: 'recovered' }
const flaps: HealthEvent = { kind: 'flapping_started' }
const settled = (status: 'healthy' | 'degraded' | 'unhealthy'): HealthEvent => ({
  kind: 'flapping_ended',
  status,
})

const decide = (latest: Alert | undefined, ...events: HealthEvent[]) =>
  checkAlertDecision('lab', check, events, 'It refused', { latest, now: NOW, ulid: ULID })

const opened = decide(undefined, down)?.alert
if (opened === undefined) throw new Error('A failing check opens an alert.')
const slowOnly = decide(undefined, sluggish)?.alert
if (slowOnly === undefined) throw new Error('A slow check opens an alert.')
const flapping: Alert = { ...opened, flapping: true, version: 2 }
const resolvedAgo = (ms: number): Alert => ({
  ...opened,
  status: 'resolved',
  resolved: { at: NOW - ms, by: PROBER },
  version: 2,
})

describe('without an alert before', () => {
  test('a failing check opens one that says what, where and how bad', () => {
    expect(decide(undefined, changed, down)).toEqual({
      action: 'alert.opened',
      announcement: { event: 'firing', topics: ['critical'] },
      alert: {
        id: `${ULID}-${checkFingerprint('lab', check).slice(0, 16)}`,
        fingerprint: checkFingerprint('lab', check),
        kind: 'check_unhealthy',
        severity: 'critical',
        status: 'firing',
        component: 'front',
        check: 'api',
        summary: 'The API is unhealthy',
        message: 'It refused',
        runbook: 'docs/runbook.md#api',
        flapping: false,
        startedAt: NOW,
        openedAt: NOW,
        updatedAt: NOW,
        reopened: 0,
        announcedTo: ['critical'],
        version: 1,
      },
    })
  })

  test('a slow check opens a warning', () => {
    expect(decide(undefined, sluggish)).toMatchObject({
      alert: { kind: 'check_degraded', severity: 'warning', summary: 'The API is degraded' },
      announcement: { topics: ['warning'] },
    })
  })

  test.each([[[]], [[changed]], [[recovered]], [[changed, recovered]], [[settled('healthy')]], [[flaps]]])(
    'there is nothing to tell of %j',
    (events) => expect(decide(undefined, ...events)).toBeUndefined(),
  )
})

describe('with an open alert', () => {
  test('a check that fails where it was slow fires on the worse topic as well', () => {
    expect(decide(slowOnly, changed, down)).toMatchObject({
      action: 'alert.raised',
      alert: { id: slowOnly.id, severity: 'critical', announcedTo: ['warning', 'critical'], version: 2 },
      announcement: { event: 'firing', topics: ['critical'] },
    })
  })

  test('a check that is slow where it failed is recorded and pages nobody', () => {
    const decision = decide(opened, sluggish)
    expect(decision).toMatchObject({ action: 'alert.updated', alert: { severity: 'critical', version: 2 } })
    expect(decision?.announcement).toBeUndefined()
  })

  test('everybody who heard of it hears of its end', () => {
    const raised = decide(slowOnly, down)?.alert
    expect(decide(raised, changed, recovered)).toMatchObject({
      action: 'alert.resolved',
      alert: { status: 'resolved', resolved: { at: NOW, by: 'prober' }, version: 3 },
      announcement: { event: 'resolved', topics: ['warning', 'critical'] },
    })
  })

  test.each([[[]], [[changed]]])('%j alone changes nothing', (events) =>
    expect(decide(opened, ...events)).toBeUndefined(),
  )
})

describe('with a resolved alert', () => {
  test('a recovery is no news', () => expect(decide(resolvedAgo(0), recovered)).toBeUndefined())

  test('a failure within 15 minutes opens the same alert again', () => {
    expect(decide(resolvedAgo(REOPEN_WITHIN_MS), down)).toMatchObject({
      action: 'alert.reopened',
      alert: { id: opened.id, status: 'firing', reopened: 1, version: 3 },
    })
  })

  test('a later failure is a new alert of the same fingerprint', () => {
    const decision = checkAlertDecision('lab', check, [down], 'x', {
      latest: resolvedAgo(REOPEN_WITHIN_MS + 1),
      now: NOW,
      ulid: '01J11111111111111111111111',
    })
    expect(decision).toMatchObject({ action: 'alert.opened', alert: { version: 1 } })
    expect(decision?.alert.id).not.toBe(opened.id)
    expect(decision?.alert.fingerprint).toBe(opened.fingerprint)
  })
})

describe('flapping', () => {
  test.each([
    ['open', opened, 'alert.flapping', 0],
    ['resolved a moment ago', resolvedAgo(60_000), 'alert.reopened', 1],
  ] as const)(
    'is told once, and the alert is open meanwhile, also where it was %s',
    (_was, latest, action, reopened) => {
      expect(decide(latest, changed, flaps)).toMatchObject({
        action,
        alert: { id: opened.id, status: 'firing', flapping: true, reopened, version: latest.version + 1 },
        announcement: { event: 'flapping', topics: ['critical'] },
      })
    },
  )

  test.each([
    ['none', undefined],
    ['one long resolved', resolvedAgo(REOPEN_WITHIN_MS + 1)],
  ])('opens an alert where there was %s', (_was, latest) => {
    const decision = checkAlertDecision('lab', check, [changed, flaps], 'It refused', {
      latest,
      now: NOW,
      ulid: '01J22222222222222222222222',
    })
    expect(decision).toMatchObject({
      action: 'alert.opened',
      alert: { kind: 'check_unhealthy', severity: 'critical', flapping: true, version: 1 },
      announcement: { event: 'flapping', topics: ['critical'] },
    })
    expect(decision?.alert.id).toMatch(/^01J2/)
  })

  test('between slow and healthy is no more than a warning', () => {
    const slowed: HealthEvent = { kind: 'status_changed', from: 'degraded', to: 'healthy' }
    expect(decide(undefined, slowed, flaps)).toMatchObject({
      alert: { kind: 'check_degraded', severity: 'warning' },
      announcement: { event: 'flapping', topics: ['warning'] },
    })
  })

  test('that ends well resolves the alert', () => {
    for (const events of [[settled('healthy')], [settled('healthy'), recovered]]) {
      expect(decide(flapping, ...events)).toMatchObject({
        action: 'alert.resolved',
        alert: { flapping: false, status: 'resolved' },
        announcement: { event: 'resolved', topics: ['critical'] },
      })
    }
  })

  test.each([
    ['unhealthy', [settled('unhealthy')]],
    ['unhealthy', [settled('unhealthy'), down]],
    ['degraded', [settled('degraded')]],
    ['degraded', [settled('degraded'), sluggish]],
  ])('that ends %s tells the final state to everybody who heard of the flapping', (status, events) => {
    expect(decide(flapping, ...events)).toMatchObject({
      alert: {
        id: opened.id,
        flapping: false,
        status: 'firing',
        summary: `The API is ${status}`,
        message: 'It refused',
        version: 3,
      },
      announcement: { event: 'firing', topics: ['critical'] },
    })
  })

  test('of a slow check that ends in failure fires on the worse topic, and those who heard of it hear this too', () => {
    const decision = decide({ ...slowOnly, flapping: true }, settled('unhealthy'), down)
    expect(decision).toMatchObject({
      action: 'alert.raised',
      alert: { severity: 'critical', flapping: false },
    })
    expect(decision?.announcement?.topics.toSorted()).toEqual(['critical', 'warning'])
  })

  test('that somebody declared over is not resolved a second time', () => {
    expect(decide({ ...resolvedAgo(0), flapping: false }, settled('healthy'))).toBeUndefined()
  })

  test('keeps the name of whoever is on it', () => {
    const acknowledged: Alert = { ...opened, status: 'acknowledged', acknowledged: { at: 1, by: 'ada' } }
    const noticed = decide(acknowledged, flaps)?.alert
    expect(noticed).toMatchObject({ status: 'acknowledged', acknowledged: { by: 'ada' } })
    expect(decide(noticed, settled('unhealthy'))?.alert).toMatchObject({
      status: 'acknowledged',
      flapping: false,
    })
  })
})

describe('the prober’s own alert', () => {
  const impaired = proberAlertDecision('lab', 'vpc', [{ kind: 'prober_impaired' }], {
    latest: undefined,
    now: NOW,
    ulid: ULID,
  })

  test('opens as an error that names the vantage', () => {
    expect(impaired).toMatchObject({
      action: 'alert.opened',
      alert: { kind: 'prober_impaired', severity: 'error', summary: expect.stringContaining('vpc') },
      announcement: { event: 'firing', topics: ['error'] },
    })
    expect(impaired?.alert.check).toBeUndefined()
  })

  test('is another one for each vantage, and never a check’s', () => {
    const elsewhere = proberAlertDecision('lab', 'public', [{ kind: 'prober_impaired' }], {
      latest: undefined,
      now: NOW,
      ulid: ULID,
    })
    const all = [impaired?.alert, elsewhere?.alert, opened].map((alert) => alert?.fingerprint)
    expect(new Set(all).size).toBe(3)
  })

  test('is resolved when the prober is well again, and silent while nothing happens', () => {
    const context = { latest: impaired?.alert, now: NOW, ulid: ULID }
    expect(proberAlertDecision('lab', 'vpc', [{ kind: 'prober_recovered' }], context)).toMatchObject({
      action: 'alert.resolved',
      announcement: { event: 'resolved', topics: ['error'] },
    })
    expect(proberAlertDecision('lab', 'vpc', [], context)).toBeUndefined()
    const none = { ...context, latest: undefined }
    expect(proberAlertDecision('lab', 'vpc', [{ kind: 'prober_recovered' }], none)).toBeUndefined()
  })
})
