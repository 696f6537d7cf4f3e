import type { AlertStore } from '../alerts/store.ts'
import { systemPrincipal } from '../kernel/auth.ts'
import type { Effects } from '../kernel/effects.ts'
import type { Write } from '../kernel/table/types.ts'
import type { Check } from '../health/check.ts'
import type { Grade } from '../health/confirmation.ts'
import {
  attentionTo,
  next,
  RECOVERIES,
  type CheckState,
  type Decision,
  type HealthEvent,
  type Observation,
} from '../health/next.ts'
import {
  resultWrite,
  stateWrite,
  type HealthStore,
  type StoredCheck,
  type StoredResult,
} from '../health/store.ts'
import { checkAlertDecision, checkFingerprint, PROBER } from './alerting.ts'
import { rollUpEnded } from './roll-up.ts'
import type { SlotResult } from './run-slot.ts'

/** What recording needs. */
export interface Recorder {
  readonly platformId: string
  readonly effects: Effects
  readonly health: HealthStore
  readonly alerts: AlertStore
}

/** Two writers of one check meet only when somebody runs it by hand during a tick. */
const TRIES = 4

function observationOf(slot: number, at: number, result: SlotResult, grade: Grade): Observation {
  const { outcome } = result
  return {
    slot,
    at,
    grade,
    latencyMs: Math.round(outcome.latencyMs * 100) / 100,
    message: outcome.message,
    ...(outcome.ok && outcome.measurements !== undefined ? { measurements: outcome.measurements } : {}),
  }
}

/** The row of raw history for a counted slot. */
function storedResult(observation: Observation, state: CheckState): StoredResult | undefined {
  if (observation.grade === 'inconclusive' || state.status === undefined) return undefined
  const { at, grade, latencyMs, message } = observation
  return { at, grade, latencyMs, message, status: state.status }
}

/**
 * The attention that a check still needs though nothing has changed: its alert may have been resolved by hand while it
 * goes on failing, and must fire again.
 */
function persistingAttention(
  check: Check,
  { state, events }: Decision,
  grade: Grade,
): HealthEvent | undefined {
  const { status, flapping } = state
  if (events.length > 0 || flapping || grade === 'good') return undefined
  return status === undefined || status === 'healthy' ? undefined : attentionTo(status, check.severity)
}

/** The writes for the alert that a slot's events call for, or a status that lasts. */
async function alertWrites(
  recorder: Recorder,
  check: Check,
  decision: Decision,
  grade: Grade,
  now: number,
): Promise<readonly Write[]> {
  const persisting = persistingAttention(check, decision, grade)
  if (decision.events.length === 0 && persisting === undefined) return []
  const latest = await recorder.alerts.latest(checkFingerprint(recorder.platformId, check))
  if (persisting !== undefined && latest !== undefined && latest.status !== 'resolved') return []
  const context = { latest, now, ulid: recorder.effects.id() }
  const alert = checkAlertDecision(
    recorder.platformId,
    check,
    persisting === undefined ? decision.events : [persisting],
    decision.state.message,
    context,
  )
  if (alert === undefined) return []
  return recorder.alerts.writesOf(latest, alert, { actor: systemPrincipal(PROBER), now })
}

/** Remembers why a slot said nothing of its target, once for each reason. Whoever is faster may have the last word. */
async function recordTrouble(
  { health }: Recorder,
  check: Check,
  stored: StoredCheck | undefined,
  state: CheckState,
  message: string,
): Promise<CheckState | undefined> {
  if (stored?.trouble !== message) await health.commit([stateWrite(check, stored, state, message)])
  return stored?.state
}

/**
 * Counts one slot's verdict: state, raw result, alert, audit event and messages in one transaction. Repeating a slot
 * that was counted changes nothing.
 * @param known the state as read before probing; `undefined` when there was none
 * @param grade the verdict after the batch was judged
 * @returns the check's state afterwards
 * @throws `unavailable` when the store does not answer, or when somebody else kept winning
 */
export async function recordSlot(
  recorder: Recorder,
  check: Check,
  slot: number,
  result: SlotResult,
  grade: Grade,
  known: StoredCheck | undefined,
): Promise<CheckState | undefined> {
  const { effects, health } = recorder
  let stored = known
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const now = effects.now()
    const observation = observationOf(slot, now, result, grade)
    const policy = {
      severity: check.severity,
      recoveries: RECOVERIES,
      ...(check.thresholds ? { thresholds: check.thresholds } : {}),
    }
    const decision = next(stored?.state, observation, policy)
    const row = storedResult(observation, decision.state)
    if (row === undefined) return recordTrouble(recorder, check, stored, decision.state, observation.message)
    if (decision.state === stored?.state) return stored.state
    await rollUpEnded(health, check, stored?.state.lastSlot, slot)
    const committed = await health.commit([
      stateWrite(check, stored, decision.state),
      resultWrite(check, slot, row),
      ...(await alertWrites(recorder, check, decision, grade, now)),
    ])
    if (committed.committed) return decision.state
    stored = await health.check(check)
  }
  throw new Error(`The state of check ${check.id} kept changing.`)
}
