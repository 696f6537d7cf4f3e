import type { Admission } from './admission.ts'
import type { Standing } from './counter.ts'
import type { LimitScope, RateLimitRule } from './rule.ts'

/** What callers may be known by; blocks are looked for under all of them. */
export type Identities = Readonly<Partial<Record<LimitScope, string>>>

/** One question to the limiter. */
export interface LimitRequest {
  /** The rule's name, or `<name>_rule_id`. */
  readonly rule: string
  /** Whom it counts; when absent, what the caller is known by in the rule's scope, else its address. */
  readonly identifier?: string
  /** What (else) the caller is known by. */
  readonly identities?: Identities
  /** Groups of the caller, for a rule's `exemptRoles`. */
  readonly roles?: readonly string[]
  /** How much it takes; 1 when absent. */
  readonly cost?: number
  /** Whether a block of the caller holds; so it does when absent. */
  readonly isBlockable?: boolean
}

/** Why a decision is as it is; `allowed` says whether that was for or against the caller. */
export type DecisionReason =
  | 'admitted'
  | 'exempt'
  | 'limit_reached'
  | 'cost_exceeds_limit'
  | 'blocked'
  | 'store_unavailable'

/** What a container has admitted by itself. */
export type Owed = Omit<Admission, 'key'>

/** The answer of the limiter. */
export interface Decision {
  readonly rule: RateLimitRule
  readonly identifier: string
  readonly allowed: boolean
  readonly reason: DecisionReason
  /** The rule only looks on: enforced, this would have been a denial. */
  readonly shadowDenied: boolean
  /** Where the caller stands in each window after this decision; empty when nothing was counted. */
  readonly standings: readonly Standing[]
  /** Until it may work, milliseconds; absent when allowed, or when waiting does not help. */
  readonly retryAfterMs?: number
  /** When the caller's block ends, milliseconds since the epoch; absent when it does not end by itself. */
  readonly blockedUntil?: number
  /** The store did not answer, and the rule's failure policy decided. */
  readonly degraded: boolean
  /** What was counted in the store, for `refund`. */
  readonly admission?: Admission
  /** What was admitted without the store, and only this container knows of. */
  readonly owed?: Owed
}

/** What a decision is before its rule's mode has been looked at. */
export type Verdict = Omit<Decision, 'rule' | 'identifier' | 'shadowDenied'>

/** Puts a verdict into force, or only remarks on it, as the rule's mode says. */
export function decisionOf(rule: RateLimitRule, identifier: string, verdict: Verdict): Decision {
  if (verdict.allowed || rule.mode === 'enforce') return { ...verdict, rule, identifier, shadowDenied: false }
  const { retryAfterMs: _retryAfterMs, ...rest } = verdict
  return { ...rest, rule, identifier, allowed: true, shadowDenied: true }
}
