import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { Question, rateLimitChecksContract } from '../../shared/rate-limit-checks/contract.ts'
import { refundToken } from '../../shared/rate-limit-checks/store.ts'
import { decisionView, retryAfterSeconds } from '../../shared/rate-limit-checks/view.ts'
import type { LimitRequest } from '../../shared/rate-limits/decision.ts'
import { limitHeaders } from '../../shared/rate-limits/headers.ts'
import type { BaseDeps } from '../http-deps.ts'

const requestOf = ({ rule, identifier, cost, roles, identities }: Question): LimitRequest => ({
  rule,
  identifier,
  cost,
  ...(roles === undefined ? {} : { roles }),
  ...(identities === undefined ? {} : { identities }),
})

/** Where the questions stand, for the paths of wrong fields. */
const PLACE = 'body.checks'

/** `POST /api/v1/rate-limits/check` */
export const checkRateLimits: Handler<typeof rateLimitChecksContract.checkRateLimits, BaseDeps> = async (
  { body },
  { limits, platform, keyring, effects },
) => {
  const requests = body.checks.map(requestOf)
  const decisions = await (body.peek ? limits.peekAll(requests, PLACE) : limits.decideAll(requests, PLACE))
  const allowed = decisions.every((decision) => decision.allowed)
  const seals = await keyring.cursors()
  const wait = retryAfterSeconds(decisions)
  return {
    body: {
      allowed,
      degraded: decisions.some(({ degraded }) => degraded),
      ...(wait === undefined ? {} : { retry_after_seconds: wait }),
      // When one is denied, the others have been given back already.
      checks: decisions.map((decision) =>
        decisionView(decision, allowed ? refundToken(decision, seals, effects) : undefined),
      ),
      headers: limitHeaders(decisions, { legacy: platform.legacyRateLimitHeaders, now: effects.now() }),
    },
  }
}
