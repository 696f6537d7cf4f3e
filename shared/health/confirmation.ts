import type { FailureReason, ProbeOutcome } from './probe.ts'
import type { KnownStatus } from './status.ts'

/**
 * What one attempt, or all attempts of a slot together, say about the target. `inconclusive` says nothing: the prober
 * itself was at fault.
 */
export type Grade = 'good' | 'slow' | 'failed' | 'inconclusive'

/** Response times in milliseconds, as a check defines them. */
export interface LatencyThresholds {
  readonly normalBelowMs: number
  readonly degradedAboveMs: number
}

/** When a bad first attempt is repeated, in milliseconds since it ended. */
export const CONFIRM_AFTER_MS: readonly number[] = [2_000, 5_000]

/** For heartbeats: the job's silence is a recorded fact, and asking again would read the same record. */
export const CONFIRM_NEVER: readonly number[] = []

const OWN_FAULTS: ReadonlySet<FailureReason> = new Set(['network', 'credentials', 'configuration'])

/** Mildest first. An attempt that said nothing is milder than a bad one: it leaves the bad one unconfirmed. */
const MILDEST_FIRST: readonly Grade[] = ['good', 'inconclusive', 'slow', 'failed']

/**
 * Grades one attempt.
 * @param thresholds without them nothing is slow; exactly `degradedAboveMs` is not slow yet
 */
export function grade(outcome: ProbeOutcome, thresholds?: LatencyThresholds): Grade {
  if (!outcome.ok) return OWN_FAULTS.has(outcome.reason) ? 'inconclusive' : 'failed'
  return thresholds !== undefined && outcome.latencyMs > thresholds.degradedAboveMs ? 'slow' : 'good'
}

/**
 * The verdict of a slot: the mildest of its attempts, so one good attempt clears it. A bad attempt followed by an
 * inconclusive one is inconclusive, because it was never confirmed. No attempts at all are inconclusive.
 */
export function settle(attempts: readonly Grade[]): Grade {
  return MILDEST_FIRST.find((candidate) => attempts.includes(candidate)) ?? 'inconclusive'
}

/**
 * When to probe again within the slot.
 * @param attempts the grades so far, in order
 * @param current the check's status before this slot; bad news that it already tells needs no confirmation
 * @param confirmAfterMs when the second, third, … attempt starts, in milliseconds since the first attempt ended
 * @returns the next of `confirmAfterMs`, or undefined when the slot is decided (see `settle`)
 */
export function nextReprobe(
  attempts: readonly Grade[],
  current: KnownStatus | undefined,
  confirmAfterMs: readonly number[],
): number | undefined {
  const verdict = settle(attempts)
  if (verdict === 'good' || verdict === 'inconclusive') return undefined
  if (verdict === 'failed' && current === 'unhealthy') return undefined
  if (verdict === 'slow' && current === 'degraded') return undefined
  return confirmAfterMs[attempts.length - 1]
}
