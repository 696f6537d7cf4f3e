import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { ruleInForce, ruleView } from '../../shared/rate-limits/change-rule.ts'
import type { rateLimitsContract } from '../../shared/rate-limits/contract.ts'
import type { RateLimitDeps } from './deps.ts'

/** `GET /api/v1/ops/rate-limits/rules` */
export const listRules: Handler<typeof rateLimitsContract.listRules, RateLimitDeps> = async (
  { query },
  { rules },
) => {
  const views = (await rules.list()).flatMap((known) => {
    const rule = ruleInForce(known)
    return rule === undefined ? [] : [ruleView(rule, known)]
  })
  const shown = views.filter(
    ({ scope, mode }) => (query.scope ?? scope) === scope && (query.mode ?? mode) === mode,
  )
  return { body: { rules: shown } }
}
