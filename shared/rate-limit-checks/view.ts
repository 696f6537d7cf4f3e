import type { Decision } from '../rate-limits/decision.ts'
import { wholeSeconds } from '../rate-limits/headers.ts'

/**
 * A decision as the API shows it.
 * @param refundToken absent when nothing was taken
 */
export const decisionView = (decision: Decision, refundToken?: string) => ({
  rule: decision.rule.name,
  identifier: decision.identifier,
  allowed: decision.allowed,
  reason: decision.reason,
  shadow_denied: decision.shadowDenied,
  degraded: decision.degraded,
  windows: decision.standings.map(({ limit, windowSeconds, remaining, resetMs }) => ({
    limit,
    window_seconds: windowSeconds,
    remaining,
    resets_in_seconds: Math.ceil(resetMs / 1000),
  })),
  ...(decision.retryAfterMs === undefined
    ? {}
    : { retry_after_seconds: wholeSeconds(decision.retryAfterMs) }),
  ...(refundToken === undefined ? {} : { refund_token: refundToken }),
})

/** How long all denied decisions have to be waited for; `undefined` when none was denied, or waiting does not help. */
export function retryAfterSeconds(decisions: readonly Decision[]): number | undefined {
  const denied = decisions.filter(({ allowed }) => !allowed)
  const waits = denied.flatMap(({ retryAfterMs }) => retryAfterMs ?? [])
  return denied.length === 0 || waits.length < denied.length ? undefined : wholeSeconds(Math.max(...waits))
}
