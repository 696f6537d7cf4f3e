import {
  CONFIRM_AFTER_MS,
  CONFIRM_NEVER,
  grade,
  nextReprobe,
  settle,
  type Grade,
} from '../health/confirmation.ts'
import type { ProbeOutcome, ProbeServices } from '../health/probe.ts'
import type { KnownStatus } from '../health/status.ts'
import { attemptCheck, type Probes, type ReadyCheck } from './attempt.ts'

/** What the attempts of one slot found. */
export interface SlotResult {
  readonly attempts: readonly ProbeOutcome[]
  readonly grade: Grade
  /** The attempt that the grade rests on. */
  readonly outcome: ProbeOutcome
  /** Nothing but time-outs speaks for the grade. */
  readonly timedOut: boolean
}

/**
 * Probes a check once, and again at once when the first attempt is bad.
 * @param current the check's status before this slot
 * @param deadlineMs on the monotonic clock: no attempt starts that could end after it. An unconfirmed bad attempt is
 *   then inconclusive
 */
export async function runSlot(
  ready: ReadyCheck,
  current: KnownStatus | undefined,
  probes: Probes,
  services: ProbeServices,
  deadlineMs: number,
): Promise<SlotResult> {
  const { check } = ready
  const { effects } = services
  const confirmAfterMs = check.kind === 'heartbeat' ? CONFIRM_NEVER : CONFIRM_AFTER_MS
  const attempts = [await attemptCheck(ready, probes, services)]
  const firstEndedMs = effects.monotonicMs()
  const grades = () => attempts.map((attempt) => grade(attempt, check.thresholds))
  for (;;) {
    const afterMs = nextReprobe(grades(), current, confirmAfterMs)
    if (afterMs === undefined) return slotResult(attempts, grades(), settle(grades()))
    const startMs = Math.max(firstEndedMs + afterMs, effects.monotonicMs())
    if (startMs + check.timeoutMs > deadlineMs) return slotResult(attempts, grades(), 'inconclusive')
    await effects.wait(Math.max(0, startMs - effects.monotonicMs()))
    attempts.push(await attemptCheck(ready, probes, services))
  }
}

const isTimeout = (outcome: ProbeOutcome): boolean => !outcome.ok && outcome.reason === 'timeout'

/** A slot that failed in several ways rests on what the target itself said, not on a time-out, which may be our own fault. */
function slotResult(attempts: readonly ProbeOutcome[], grades: readonly Grade[], settled: Grade): SlotResult {
  const agreeing = attempts.filter((_attempt, index) => grades[index] === settled)
  const outcome = agreeing.find((attempt) => !isTimeout(attempt)) ?? agreeing[0] ?? attempts.at(-1)
  if (outcome === undefined) throw new Error('A slot has at least one attempt.')
  return { attempts, grade: settled, outcome, timedOut: isTimeout(outcome) }
}
