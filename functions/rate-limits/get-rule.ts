import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { ruleView } from '../../shared/rate-limits/change-rule.ts'
import type { rateLimitsContract } from '../../shared/rate-limits/contract.ts'
import type { RateLimitDeps } from './deps.ts'
import { ruleAt } from './rule-at.ts'

/** `GET /api/v1/ops/rate-limits/rules/{rule}` */
export const getRule: Handler<typeof rateLimitsContract.getRule, RateLimitDeps> = async (
  { params },
  { rules },
) => {
  const { known, rule } = await ruleAt(rules, params.rule)
  return { body: ruleView(rule, known), version: known.version }
}
