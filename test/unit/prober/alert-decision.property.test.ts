import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Alert } from '../../../shared/alerts/alert.ts'
import type { AlertDecision } from '../../../shared/alerts/decide.ts'
import { Check, type Severity } from '../../../shared/health/check.ts'
import { next, type CheckState } from '../../../shared/health/next.ts'
import { checkAlertDecision } from '../../../shared/prober/alerting.ts'

const SLOT_MS = 60_000

const seen = {
  fast: { grade: 'good', latencyMs: 20 },
  between: { grade: 'good', latencyMs: 400 },
  slow: { grade: 'slow', latencyMs: 900 },
  failed: { grade: 'failed', latencyMs: 5 },
  inconclusive: { grade: 'inconclusive', latencyMs: 1 },
} as const
type Seen = keyof typeof seen

/** A stretch of the same verdict, so that runs long enough to recover, to flap and to calm down all happen. */
const stretch = (longest: number) =>
  fc
    .tuple(
      fc.constantFrom<Seen>('fast', 'fast', 'between', 'slow', 'failed', 'inconclusive'),
      fc.integer({ min: 1, max: longest }),
    )
    .map(([what, times]) => Array.from({ length: times }, () => what))
const sequences = fc
  .oneof(
    fc.array(stretch(3), { maxLength: 40, size: 'max' }),
    fc.array(stretch(25), { maxLength: 10, size: 'max' }),
  )
  .map((stretches) => stretches.flat())
const severities = fc.constantFrom<Severity>('critical', 'error', 'warning', 'info')

const checkOf = (severity: Severity) =>
  Check.parse({
    id: 'api',
    name: 'The API',
    component: 'api',
    severity,
    runbook: 'docs/runbook.md#api',
    kind: 'tcp',
    target: { host: 'api.example', port: 443 },
    thresholds: { normalBelowMs: 100, degradedAboveMs: 800 },
  })

interface Step {
  readonly state: CheckState
  readonly alerts: ReadonlyMap<string, Alert>
  readonly previous: Alert | undefined
  readonly decision: AlertDecision | undefined
}

/** What the prober would store, slot by slot. */
function* replay(sequence: readonly Seen[], severity: Severity): Generator<Step> {
  const check = checkOf(severity)
  const policy = { severity, recoveries: 2, ...(check.thresholds ? { thresholds: check.thresholds } : {}) }
  const alerts = new Map<string, Alert>()
  let state: CheckState | undefined
  let latest: Alert | undefined
  for (const [slotNumber, what] of sequence.entries()) {
    const at = slotNumber * SLOT_MS
    const { state: after, events } = next(state, { slot: at, at, message: what, ...seen[what] }, policy)
    const ulid = String(slotNumber).padStart(26, '0')
    const context = { latest, now: at, ulid }
    const decision = events.length === 0 ? undefined : checkAlertDecision('lab', check, events, what, context)
    const previous = latest
    if (decision) {
      latest = decision.alert
      alerts.set(latest.id, latest)
    }
    state = after
    yield { state, alerts, previous, decision }
  }
}

const openOnes = ({ alerts }: Step) => [...alerts.values()].filter((alert) => alert.status !== 'resolved')

/**
 * Looks for a sequence in which a promise is broken at some step. `before` is the step before, if there is one.
 * @returns the shortest that was found; null when the promise always holds
 */
function brokenBy(holds: (step: Step, before: Step | undefined, severity: Severity) => boolean) {
  const everyStep = fc.property(sequences, severities, (sequence, severity) => {
    let before: Step | undefined
    for (const step of replay(sequence, severity)) {
      if (!holds(step, before, severity)) return false
      before = step
    }
    return true
  })
  return fc.check(everyStep).counterexample
}

test('an alert is open exactly while what was announced is not healthy or the status flaps, and never a second one', () => {
  const counterexample = brokenBy((step) => {
    const needed = step.state.announced !== 'healthy' || step.state.flapping
    const open = openOnes(step)
    return open.length === Number(needed) && open.every(({ flapping }) => flapping === step.state.flapping)
  })
  expect(counterexample).toBeNull()
})

test('after a long calm nothing is open', () => {
  fc.assert(
    fc.property(sequences, severities, (sequence, severity) => {
      const calm = Array.from({ length: 30 }, () => 'fast' as const)
      const last = [...replay([...sequence, ...calm], severity)].at(-1)
      expect(last && openOnes(last)).toEqual([])
    }),
  )
})

test('each change of an alert counts one version, and begins at one', () => {
  const counterexample = brokenBy(({ previous, decision }) => {
    if (decision === undefined) return true
    const same = previous?.id === decision.alert.id
    return decision.alert.version === (same ? previous.version + 1 : 1)
  })
  expect(counterexample).toBeNull()
})

test('an alert that was resolved more than 15 minutes ago stays closed: what comes later is another', () => {
  const counterexample = brokenBy(({ previous, decision }) => {
    if (decision === undefined || previous?.status !== 'resolved') return true
    const within = decision.alert.updatedAt - (previous.resolved?.at ?? 0) <= 15 * 60_000
    if (!within) return decision.alert.id !== previous.id
    return decision.alert.id === previous.id && decision.alert.reopened === previous.reopened + 1
  })
  expect(counterexample).toBeNull()
})

test('people hear of each flapping once and then how it ended; meanwhile they hear nothing', () => {
  const counterexample = brokenBy(({ state, previous, decision }, before) => {
    const announced = decision?.announcement
    if (state.flapping) return announced?.event === (before?.state.flapping ? undefined : 'flapping')
    if (!before?.state.flapping) return announced?.event !== 'flapping'
    const expected = state.status === 'healthy' ? 'resolved' : 'firing'
    return (
      announced?.event === expected &&
      (previous?.announcedTo ?? []).every((t) => announced.topics.includes(t))
    )
  })
  expect(counterexample).toBeNull()
})

test('an unhealthy check that does not flap has told the topic of its severity', () => {
  const counterexample = brokenBy((step, _before, severity) => {
    if (step.state.flapping || step.state.status !== 'unhealthy') return true
    return openOnes(step).every(
      (alert) => alert.severity === severity && alert.announcedTo.includes(severity),
    )
  })
  expect(counterexample).toBeNull()
})
