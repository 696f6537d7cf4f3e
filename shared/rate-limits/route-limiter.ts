import type { Principal } from '../kernel/auth.ts'
import type { LimitSubject, RateLimiter } from '../kernel/http/exchange.ts'
import { ADMINS } from '../kernel/route.ts'
import type { Identities, LimitRequest } from './decision.ts'
import { denialOf } from './denial.ts'
import { limitHeaders } from './headers.ts'
import type { Limiter } from './limiter.ts'

/** What the caller of a route is known by. */
function identitiesOf({ principal, sourceIp, route }: LimitSubject): Identities {
  const isKnown = principal.kind !== 'anonymous'
  return { ip: sourceIp, route, ...(isKnown ? { user: principal.id } : {}) }
}

/** Administrators lift blocks, so that none may lock them out: of a range that holds their office, or by a slip of the hand. */
export const isBlockable = ({ roles }: Principal): boolean => !ADMINS.some((role) => roles.includes(role))

/** What the limiter is asked about a request of one of Midwatch's own routes. */
const requestOf = (subject: LimitSubject): LimitRequest => ({
  rule: subject.rule,
  identities: identitiesOf(subject),
  roles: subject.principal.groups,
  isBlockable: isBlockable(subject.principal),
})

/**
 * The limiter of Midwatch's own routes: each counts against the rule that its contract names.
 * @param legacy adds the `X-RateLimit-…` headers
 */
export const routeLimiter =
  (limiter: Limiter, now: () => number, legacy: boolean): RateLimiter =>
  async (subject) => {
    const decision = await limiter.decide(requestOf(subject))
    const headers = limitHeaders([decision], { legacy, now: now() })
    if (!decision.allowed) throw denialOf(decision, headers)
    return headers
  }
