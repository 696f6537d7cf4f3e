import { canonicalJson, sha256 } from '../kernel/canonical.ts'
import type { Override } from './override.ts'
import type { LimitScope } from './rule.ts'
import type { OverrideView } from './schemas.ts'

/** An override as people know it. Times are milliseconds since the epoch. */
export interface NamedOverride extends Override {
  readonly id: string
  readonly rule: string
  readonly scope: LimitScope
  /** Whom it is for, as the limiter knows that caller. */
  readonly value: string
  readonly reason: string
  readonly createdAt: number
  readonly createdBy: string
}

/** What there is under an id: an override, or what is left of one. */
export interface KnownOverride {
  readonly override: NamedOverride | undefined
  /** Counts the changes under this id, for ever; 0 when there was none. */
  readonly version: number
}

/** `expired`: it has ended by itself, and leaves the counter; it is still shown. */
export type OverrideAction =
  | 'rate-limit-override.created'
  | 'rate-limit-override.replaced'
  | 'rate-limit-override.removed'
  | 'rate-limit-override.expired'

/** The next state under an id. */
export interface OverrideDecision {
  readonly next: KnownOverride
  readonly action: OverrideAction
}

const ID_DIGITS = 16

/** A caller has one override of a rule, so that its id follows from the two. */
export const overrideIdOf = (rule: string, scope: LimitScope, value: string): string =>
  `${rule}-${sha256(canonicalJson([scope, value])).slice(0, ID_DIGITS)}`

export const isExpired = ({ expiresAt }: Override, now: number): boolean =>
  expiresAt !== undefined && expiresAt <= now

/** Puts an override in force, in place of the one that the same caller may have. */
export const putOverride = (known: KnownOverride, override: NamedOverride): OverrideDecision => ({
  next: { override, version: known.version + 1 },
  action: known.override === undefined ? 'rate-limit-override.created' : 'rate-limit-override.replaced',
})

/**
 * Ends an override.
 * @param ending `removed` by somebody, or `expired` by itself: that one stays on show
 */
export const endOverride = (known: KnownOverride, ending: 'removed' | 'expired'): OverrideDecision => ({
  next: { override: ending === 'expired' ? known.override : undefined, version: known.version + 1 },
  action: `rate-limit-override.${ending}`,
})

const iso = (ms: number): string => new Date(ms).toISOString()

/** An override as the API shows it. */
export function overrideView(override: NamedOverride, version: number, now: number): OverrideView {
  const { multiplier, exempt, expiresAt } = override
  return {
    id: override.id,
    rule_id: override.rule,
    override_type: override.scope,
    override_value: override.value,
    ...(multiplier === undefined ? {} : { multiplier }),
    ...(exempt === undefined ? {} : { exempt }),
    reason: override.reason,
    state: isExpired(override, now) ? 'expired' : 'active',
    created_at: iso(override.createdAt),
    created_by: override.createdBy,
    ...(expiresAt === undefined ? {} : { expires_at: iso(expiresAt) }),
    version,
  }
}
