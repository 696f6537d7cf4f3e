import { Problem } from '../../shared/kernel/errors.ts'
import { requireMatch } from '../../shared/kernel/etag.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { putRule as decide, ruleInForce, ruleView } from '../../shared/rate-limits/change-rule.ts'
import type { rateLimitsContract } from '../../shared/rate-limits/contract.ts'
import type { FoundRule } from '../../shared/rate-limits/rule-store.ts'
import { ruleOf } from '../../shared/rate-limits/schemas.ts'
import type { RateLimitDeps } from './deps.ts'

/** What is not there has no version to match, not even `*` (RFC 9110, section 13.1.1). */
function requireCurrent(ifMatch: string | undefined, known: FoundRule): void {
  if (ifMatch !== undefined && ruleInForce(known) === undefined) {
    throw new Problem('stale_version', { detail: `There is no rule "${known.name}" any more, or not yet.` })
  }
  requireMatch(ifMatch, known.version)
}

const scopeFixed = (scope: string | undefined): Problem =>
  new Problem('invalid_input', {
    fields: [
      {
        path: 'body.scope',
        reason: `must stay "${scope}": counters and overrides belong to it. Create another rule instead`,
      },
    ],
  })

/** `PUT /api/v1/ops/rate-limits/rules/{rule}` */
export const putRule: Handler<typeof rateLimitsContract.putRule, RateLimitDeps> = async (
  { params, body, principal, ifMatch, requestId, receipt },
  { rules, effects },
) => {
  const known = await rules.get(params.rule)
  requireCurrent(ifMatch, known)
  const rule = ruleOf(known.name, body)
  const decision = decide(known, rule)
  if (decision === 'scope_fixed') throw scopeFixed(ruleInForce(known)?.scope)
  const reply = { body: ruleView(rule, decision.next), version: decision.next.version }
  const change = { actor: principal, now: effects.now(), requestId, reason: body.reason }
  const committed = await rules.commit([...rules.writesOf(known, decision, change), ...receipt(reply)])
  if (!committed.committed) throw new Problem('conflict')
  return reply
}
