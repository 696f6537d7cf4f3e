import type { Condition } from '../alerts/alert.ts'
import type { BlockRequest } from '../rate-limits/change-block.ts'
import type { RateLimitRule } from '../rate-limits/rule.ts'
import type { BlockScope } from '../rate-limits/schemas.ts'
import { ANYBODY, type HourlyViolation } from './violation.ts'

/** A rule that blocks whoever it denies too often. */
export type BlockingRule = RateLimitRule & {
  readonly autoBlock: NonNullable<RateLimitRule['autoBlock']>
}

export const isBlocking = (rule: RateLimitRule): rule is BlockingRule => rule.autoBlock !== undefined

/** Somebody who has been denied too often. */
export interface Offender {
  readonly scope: BlockScope
  readonly value: string
  /** The hours that say so, the worst first. */
  readonly rows: readonly HourlyViolation[]
}

/** What a rule's rows come to. */
export interface Judgement {
  /** Who is to be blocked, the worst first. */
  readonly offenders: readonly Offender[]
  /** Rows of callers who are blocked already: they lead to no block later on. */
  readonly covered: readonly HourlyViolation[]
}

/** Whether a caller is under a block, whoever brought it about. */
type IsBlocked = (scope: BlockScope, value: string) => boolean

/** Everybody shares a route, and nobody knows who stands behind the rows of those who were too many. */
const blockScopeOf = ({ scope, identifier }: HourlyViolation): BlockScope | undefined =>
  scope === 'route' || identifier === ANYBODY ? undefined : scope

/**
 * Finds out whom a rule's rows bring under a block: each row leads to one block at most, so that whom an operator lets go
 * is not blocked again for the same denials.
 */
export function judge(
  { autoBlock }: BlockingRule,
  rows: readonly HourlyViolation[],
  isBlocked: IsBlocked,
): Judgement {
  const offenders = new Map<string, Offender>()
  const covered: HourlyViolation[] = []
  const due = rows
    .filter(({ count, blockedAt }) => blockedAt === undefined && count >= autoBlock.violationsPerHour)
    .toSorted((left, right) => right.count - left.count)
  for (const row of due) {
    const scope = blockScopeOf(row)
    if (scope === undefined) continue
    const value = row.identifier
    const key = `${scope} ${value}`
    if (isBlocked(scope, value)) covered.push(row)
    else offenders.set(key, { scope, value, rows: [...(offenders.get(key)?.rows ?? []), row] })
  }
  return { offenders: [...offenders.values()], covered }
}

/** The block that an offender gets. */
export function blockRequest(
  { name, autoBlock }: BlockingRule,
  { scope, value, rows }: Offender,
  now: number,
): BlockRequest & { readonly rule: string } {
  const count = Math.max(...rows.map((row) => row.count))
  return {
    scope,
    value,
    rule: name,
    reason: `Denied ${count} times within an hour by the rule "${name}".`,
    expiresAt: now + autoBlock.blockSeconds * 1000,
  }
}

/** The identity of the alert about a rule's automatic blocks. */
export const blockLabels = (rule: string) => ({ kind: 'rate_limit_block', rule })

/**
 * What people are told about a rule's automatic blocks. Names nobody: an identifier may be an API key.
 * @param callers how many the rule has under a block
 */
export function blockCondition({ name, autoBlock }: BlockingRule, callers: number): Condition {
  const who = callers === 1 ? '1 caller is' : `${callers} callers are`
  return {
    labels: blockLabels(name),
    kind: 'rate_limit_block',
    severity: 'warning',
    summary: `The rate limit "${name}" blocks callers`,
    message: `${who} blocked after ${autoBlock.violationsPerHour} or more denials within an hour.`,
    runbook: 'docs/runbook.md#rate-limit-blocks',
  }
}
