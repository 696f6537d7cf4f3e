import type { RateLimitRule } from './rule.ts'
import type { RuleView } from './schemas.ts'

/** What there is of a name: a definition, a rule that is stored over it, both or neither. */
export interface KnownRule {
  readonly name: string
  readonly defined: RateLimitRule | undefined
  readonly stored: RateLimitRule | undefined
  /** Counts the changes through the API, for ever; 0 when there was none. */
  readonly version: number
}

/** What a change did, in the words of audit events. */
export type RuleAction =
  | 'rate-limit-rule.created'
  | 'rate-limit-rule.changed'
  | 'rate-limit-rule.restored'
  | 'rate-limit-rule.deleted'

/** The next state of a name. */
export interface RuleDecision {
  readonly next: KnownRule
  readonly action: RuleAction
}

/** The rule that holds: what is stored wins over what is defined. */
export const ruleInForce = ({ stored, defined }: KnownRule): RateLimitRule | undefined => stored ?? defined

/**
 * Puts a rule in force.
 * @returns `scope_fixed` when it would count by something else than before: counters and overrides belong to a scope
 */
export function putRule(known: KnownRule, rule: RateLimitRule): RuleDecision | 'scope_fixed' {
  const before = ruleInForce(known)
  if (before !== undefined && before.scope !== rule.scope) return 'scope_fixed'
  return {
    next: { ...known, stored: rule, version: known.version + 1 },
    action: before === undefined ? 'rate-limit-rule.created' : 'rate-limit-rule.changed',
  }
}

/**
 * Takes back what was changed of a rule through the API: a changed one goes by its definition again, a created one is gone.
 * @returns `defined` when there is nothing to take back
 */
export function deleteRule(known: KnownRule): RuleDecision | 'defined' {
  if (known.stored === undefined) return 'defined'
  return {
    next: { ...known, stored: undefined, version: known.version + 1 },
    action: known.defined === undefined ? 'rate-limit-rule.deleted' : 'rate-limit-rule.restored',
  }
}

function originOf({ stored, defined }: KnownRule): RuleView['origin'] {
  if (stored === undefined) return 'defined'
  return defined === undefined ? 'created' : 'changed'
}

/**
 * A rule as the API shows it.
 * @param known where it comes from
 */
export function ruleView(rule: RateLimitRule, known: KnownRule): RuleView {
  const { autoBlock } = rule
  return {
    name: rule.name,
    description: rule.description,
    scope: rule.scope,
    windows: rule.windows.map(({ limit, windowSeconds }) => ({ limit, window_seconds: windowSeconds })),
    exempt_roles: rule.exemptRoles,
    mode: rule.mode,
    failure_policy: rule.failurePolicy,
    precision: rule.precision,
    leases: rule.leases,
    ...(autoBlock === undefined
      ? {}
      : {
          auto_block: {
            violations_per_hour: autoBlock.violationsPerHour,
            block_seconds: autoBlock.blockSeconds,
          },
        }),
    origin: originOf(known),
    version: known.version,
  }
}
