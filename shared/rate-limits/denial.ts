import { Problem } from '../kernel/errors.ts'
import type { Decision } from './decision.ts'
import { policyName, type LimitHeaders } from './headers.ts'

/** The problem type that draft-ietf-httpapi-ratelimit-headers registers. */
const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded'

function limitReached(decision: Decision, headers: LimitHeaders): Problem {
  const cost =
    decision.reason === 'cost_exceeds_limit' ? 'More was asked for than the limit ever allows.' : undefined
  const violated = decision.standings.filter(({ remaining }) => remaining === 0)
  const policies = violated.length === 0 ? decision.standings : violated
  return new Problem('rate_limited', {
    type: QUOTA_EXCEEDED,
    headers,
    extensions: { 'violated-policies': policies.map((standing) => policyName(decision, standing)) },
    ...(cost === undefined ? {} : { detail: cost }),
  })
}

function blocked({ blockedUntil }: Decision, headers: LimitHeaders): Problem {
  if (blockedUntil === undefined) return new Problem('blocked', { headers })
  const until = new Date(blockedUntil).toISOString()
  return new Problem('blocked', { headers, detail: `The block ends at ${until}.` })
}

/**
 * The error that a denied caller gets.
 * @param headers those that the answer carries anyway
 */
export function denialOf(decision: Decision, headers: LimitHeaders): Problem {
  if (decision.reason === 'blocked') return blocked(decision, headers)
  // Nothing says that the caller asked too often: the limiter could not count.
  if (decision.reason === 'store_unavailable') return new Problem('unavailable', { headers })
  return limitReached(decision, headers)
}
