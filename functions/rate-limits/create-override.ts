import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler, RouteRequest } from '../../shared/kernel/http/exchange.ts'
import { oneCaller } from '../../shared/rate-limits/caller-value.ts'
import {
  overrideIdOf,
  overrideView,
  putOverride,
  type NamedOverride,
} from '../../shared/rate-limits/change-override.ts'
import type { rateLimitsContract } from '../../shared/rate-limits/contract.ts'
import { overrideWrites } from '../../shared/rate-limits/override-store.ts'
import type { RateLimitRule } from '../../shared/rate-limits/rule.ts'
import type { RateLimitDeps } from './deps.ts'
import { endOf } from './end-of.ts'
import { ruleAt } from './rule-at.ts'

type Request = RouteRequest<typeof rateLimitsContract.createOverride>

const wrong = (field: string, reason: string): Problem =>
  new Problem('invalid_input', { fields: [{ path: `body.${field}`, reason }] })

/**
 * The override that a request asks for.
 * @throws `invalid_input`
 */
function overrideOf({ body, principal }: Request, rule: RateLimitRule, now: number): NamedOverride {
  const { override_type: scope, multiplier, exempt, reason, expires_at: end } = body
  if (scope !== rule.scope) {
    throw wrong('override_type', `must be "${rule.scope}", the scope of the rule "${rule.name}"`)
  }
  const caller = oneCaller(scope, body.override_value)
  if (caller.value === undefined) throw wrong('override_value', caller.wrong)
  return {
    id: overrideIdOf(rule.name, scope, caller.value),
    rule: rule.name,
    scope,
    value: caller.value,
    ...(multiplier === undefined ? {} : { multiplier }),
    ...(exempt === undefined ? {} : { exempt }),
    reason,
    createdAt: now,
    createdBy: principal.name,
    ...(end === undefined ? {} : { expiresAt: endOf(end, now) }),
  }
}

/** `POST /api/v1/ops/rate-limits/overrides` */
export const createOverride: Handler<typeof rateLimitsContract.createOverride, RateLimitDeps> = async (
  request,
  { rules, overrides, effects },
) => {
  const { body, principal, requestId, receipt } = request
  const { rule } = await ruleAt(rules, body.rule_id)
  const now = effects.now()
  const override = overrideOf(request, rule, now)
  const known = await overrides.get(override.id)
  const decision = putOverride(known, override)
  const { version } = decision.next
  const reply = { body: overrideView(override, version, now), version }
  const change = { actor: principal, now, requestId, reason: body.reason }
  const writes = overrideWrites(known, decision, override, change)
  const committed = await overrides.commit([...writes, ...receipt(reply)])
  if (!committed.committed) throw new Problem('conflict')
  return reply
}
