import { describe, expect, it } from 'vitest'
import type { Alert } from '../../../shared/alerts/alert.ts'
import { acknowledgeAlert, markFlapping, raiseAlert, resolveAlert } from '../../../shared/alerts/decide.ts'
import { revertedMessage } from '../../../shared/changes/message.ts'
import { watchName, watchVerdict, watchView, type Watch } from '../../../shared/changes/watch.ts'

const START = Date.parse('2026-02-15T12:00:00.000Z')
const MINUTE_MS = 60_000
const END = START + 10 * MINUTE_MS

const condition = {
  labels: { check: 'database' },
  kind: 'check_unhealthy',
  severity: 'critical',
  check: 'database',
  component: 'database',
  summary: 'Primary database is unhealthy',
  message: 'Refused',
} as const

const opened = (at: number, latest?: Alert): Alert =>
  raiseAlert(latest, condition, at, '01ARYZ6S410000000000000000').alert

/** @throws when it was resolved already */
function resolved(alert: Alert, at: number): Alert {
  const decision = resolveAlert(alert, at, 'prober')
  if (decision === undefined) throw new Error('It is resolved already.')
  return decision.alert
}

const watch: Watch = {
  kind: 'config',
  target: 'size',
  targetVersion: 4,
  previous: 5,
  on: { fingerprint: 'f', check: 'database' },
  startedAt: START,
  startedBy: 'ada',
  endsAt: END,
}

/** A watch that began while this alert was over. */
function watching({ id, openedAt }: Alert): Watch {
  const baseline = { id, ...(openedAt === undefined ? {} : { openedAt }) }
  return { ...watch, on: { ...watch.on, baseline } }
}

describe('a watch', () => {
  it('goes on until its end, and no longer', () => {
    expect(watchVerdict(watch, undefined, END)).toBe('watching')
    expect(watchVerdict(watch, undefined, END + 1)).toBe('ended')
  })

  it('sees an alert that opens in time, also when that is over or looked at late', () => {
    const alert = opened(START + MINUTE_MS)
    expect(watchVerdict(watch, alert, START + MINUTE_MS)).toBe('fired')
    expect(watchVerdict(watch, resolved(alert, START + 2 * MINUTE_MS), END + MINUTE_MS)).toBe('fired')
  })

  it('does not see an alert that opens after its end', () => {
    expect(watchVerdict(watch, opened(END + 1), END + 2)).toBe('ended')
  })

  it('sees an alert that was over when it began only when it comes back', () => {
    const over = resolved(opened(START - 2 * MINUTE_MS), START - MINUTE_MS)
    const asked = watching(over)
    expect(watchVerdict(asked, over, START + MINUTE_MS)).toBe('watching')
    const back = opened(START + MINUTE_MS, over)
    expect(back.id).toBe(over.id)
    expect(watchVerdict(asked, back, START + MINUTE_MS)).toBe('fired')
    expect(watchVerdict(asked, resolved(back, START + 2 * MINUTE_MS), END)).toBe('fired')
    expect(watchVerdict(asked, opened(END + 1, over), END + 2)).toBe('ended')
  })

  const before = resolved(opened(START - 2 * MINUTE_MS), START - MINUTE_MS)

  it('sees an alert that came back in time, also when it is resolved or acknowledged after its end', () => {
    const back = opened(END - 1, before)
    const acknowledged = acknowledgeAlert(back, END + 1, 'ada')
    expect(watchVerdict(watching(before), resolved(back, END + 1), END + 2)).toBe('fired')
    expect(acknowledged).toMatchObject({ alert: { updatedAt: END + 1 } })
    expect(acknowledged).toSatisfy(
      ({ alert }: { alert: Alert }) => watchVerdict(watching(before), alert, END + 2) === 'fired',
    )
  })

  it('sees an alert that came back by flapping, also when that is over', () => {
    const { alert } = markFlapping(before, START + MINUTE_MS)
    expect(watchVerdict(watching(before), alert, START + MINUTE_MS)).toBe('fired')
    expect(watchVerdict(watching(before), resolved(alert, END), END)).toBe('fired')
  })

  it('sees an alert that was stored without the moment of its opening when it comes back', () => {
    const { openedAt: _openedAt, ...old } = before
    expect(watchVerdict(watching(old), old, START)).toBe('watching')
    expect(watchVerdict(watching(old), opened(START + 1, old), START + 1)).toBe('fired')
  })

  it('is shown by what it was asked for', () => {
    expect(watchView(watch)).toEqual({ check: 'database', ends_at: '2026-02-15T12:10:00.000Z' })
    expect(watchView({ ...watch, on: { fingerprint: 'f', alert: 'a' } })).toMatchObject({ alert: 'a' })
  })

  it('has a name of its own for ever', () => {
    expect(watchName(watch)).toBe('config:size#4')
  })
})

describe('the message that a change was taken back', () => {
  const restoration = { version: 5, from: 7, to: 5 }

  it('says what, from what to what, and because of which alert', () => {
    expect(revertedMessage(watch, restoration, opened(START), START + 1, 'Test')).toEqual({
      id: 'config:size#4-warning',
      topic: 'warning',
      subject: '[warning] size was taken back: Primary database is unhealthy',
      createdAt: START + 1,
      attributes: { severity: 'warning', component: 'database', status: 'reverted', kind: 'config_change' },
      body: {
        version: 1,
        id: 'config:size#4-warning',
        event: 'reverted',
        platform: 'Test',
        sent_at: '2026-02-15T12:00:00.001Z',
        dedup_key: 'config:size#4',
        change: {
          kind: 'config',
          target: 'size',
          reverted_version: 4,
          version: 5,
          from: 7,
          to: 5,
          changed_at: '2026-02-15T12:00:00.000Z',
          changed_by: 'ada',
        },
        alert: {
          id: opened(START).id,
          check: 'database',
          summary: 'Primary database is unhealthy',
          started_at: '2026-02-15T12:00:00.000Z',
        },
      },
    })
  })

  it('is the same each time, so that a repeat is one message', () => {
    const [one, two] = [1, 2].map(() => revertedMessage(watch, restoration, opened(START), START, 'Test'))
    expect(one).toEqual(two)
  })

  it('names Midwatch where the alert is of no component and no check', () => {
    const { check: _check, component: _component, ...rest } = opened(START)
    const { attributes, body } = revertedMessage(watch, restoration, rest, START, 'Test')
    expect(attributes).toMatchObject({ component: 'midwatch' })
    expect(body['alert']).not.toHaveProperty('check')
  })
})
