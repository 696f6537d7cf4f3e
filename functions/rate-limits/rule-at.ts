import { Problem } from '../../shared/kernel/errors.ts'
import { ruleInForce } from '../../shared/rate-limits/change-rule.ts'
import type { FoundRule, RuleStore } from '../../shared/rate-limits/rule-store.ts'
import type { RateLimitRule } from '../../shared/rate-limits/rule.ts'

/**
 * Finds the rule that holds under a name or an id.
 * @throws `unknown_rule`
 */
export async function ruleAt(
  rules: RuleStore,
  id: string,
): Promise<{ readonly known: FoundRule; readonly rule: RateLimitRule }> {
  const known = await rules.get(id)
  const rule = ruleInForce(known)
  if (rule === undefined) throw new Problem('unknown_rule', { detail: `There is no rule "${id}".` })
  return { known, rule }
}

/** The name that a filter means, whether there is such a rule or not. */
export const ruleNameOf = async (rules: RuleStore, id: string): Promise<string> => (await rules.get(id)).name
