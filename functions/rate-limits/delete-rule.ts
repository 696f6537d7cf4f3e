import { Problem } from '../../shared/kernel/errors.ts'
import { requireMatch } from '../../shared/kernel/etag.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { deleteRule as decide, ruleView } from '../../shared/rate-limits/change-rule.ts'
import type { rateLimitsContract } from '../../shared/rate-limits/contract.ts'
import type { RateLimitDeps } from './deps.ts'
import { ruleAt } from './rule-at.ts'

/** `DELETE /api/v1/ops/rate-limits/rules/{rule}` */
export const deleteRule: Handler<typeof rateLimitsContract.deleteRule, RateLimitDeps> = async (
  { params, query, principal, ifMatch, requestId, receipt },
  { rules, effects },
) => {
  const { known, rule } = await ruleAt(rules, params.rule)
  requireMatch(ifMatch, known.version)
  const decision = decide(known)
  if (decision === 'defined') throw new Problem('rule_defined')
  const { next } = decision
  const reply = {
    body: {
      removed: ruleView(rule, known),
      ...(next.defined === undefined ? {} : { in_force: ruleView(next.defined, next) }),
    },
    version: next.version,
  }
  const change = { actor: principal, now: effects.now(), requestId, reason: query.reason }
  const committed = await rules.commit([...rules.writesOf(known, decision, change), ...receipt(reply)])
  if (!committed.committed) throw new Problem('conflict')
  return reply
}
