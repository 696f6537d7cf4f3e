import type { Grade, LatencyThresholds } from './confirmation.ts'
import type { KnownStatus } from './status.ts'

/** A verdict that says something about the target. */
export type Verdict = Exclude<Grade, 'inconclusive'>

export interface Standing {
  readonly status: KnownStatus
  /** Verdicts in a row that count towards the next better status. */
  readonly goodStreak: number
}

export interface RecoveryPolicy {
  readonly thresholds?: LatencyThresholds
  /** How many good verdicts in a row make a check better again. */
  readonly recoveries: number
}

/**
 * A check's status after one more verdict. Bad verdicts take effect at once, because re-probes have confirmed them
 * already (`confirmation.ts`); good ones after `recoveries` in a row:
 * - unhealthy is left after that many verdicts other than failed, for degraded when the last of them was slow;
 * - degraded is left for healthy after that many answers faster than `normalBelowMs`; an answer between the two
 *   thresholds keeps the status and starts the count again.
 * @param from undefined before the first verdict, which is believed as it is
 * @param latencyMs of the attempt that the verdict rests on
 */
export function transition(
  from: Standing | undefined,
  verdict: Verdict,
  latencyMs: number,
  policy: RecoveryPolicy,
): Standing {
  if (verdict === 'failed') return { status: 'unhealthy', goodStreak: 0 }
  const answered = { status: verdict === 'slow' ? 'degraded' : 'healthy', goodStreak: 0 } as const
  if (from === undefined || from.status === 'healthy') return answered
  const fast = latencyMs < (policy.thresholds?.normalBelowMs ?? Infinity)
  if (from.status === 'degraded' && (verdict === 'slow' || !fast))
    return { status: 'degraded', goodStreak: 0 }
  const goodStreak = from.goodStreak + 1
  return goodStreak >= policy.recoveries ? answered : { status: from.status, goodStreak }
}
