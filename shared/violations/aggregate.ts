import type { Violation } from './violation.ts'

const keyOf = ({ rule, scope, identifier }: Violation): string => `${rule}#${scope}#${identifier}`

const added = (left: Violation, right: Violation): Violation => ({
  rule: left.rule,
  scope: left.scope,
  identifier: left.identifier,
  count: left.count + right.count,
  shadow: left.shadow + right.shadow,
  firstSeen: Math.min(left.firstSeen, right.firstSeen),
  lastSeen: Math.max(left.lastSeen, right.lastSeen),
})

/** What decides the order of a list: the most denied first, and nobody in the same place as somebody else. */
export type Position = readonly [count: number, shadow: number, key: string]

/** Where a violation stands in a list. */
export const positionOf = (violation: Violation): Position => [
  violation.count,
  violation.shadow,
  keyOf(violation),
]

/** Whether one place comes after another. */
function isAfter([count, shadow, key]: Position, [thanCount, thanShadow, thanKey]: Position): boolean {
  if (count !== thanCount) return count < thanCount
  if (shadow !== thanShadow) return shadow < thanShadow
  return key > thanKey
}

/** Adds up the rows of each caller under each rule; the most denied first. */
export function aggregate(rows: readonly Violation[]): readonly Violation[] {
  const sums = new Map<string, Violation>()
  for (const row of rows) {
    const key = keyOf(row)
    const sum = sums.get(key)
    sums.set(key, sum === undefined ? row : added(sum, row))
  }
  return [...sums.values()].sort((left, right) => (isAfter(positionOf(left), positionOf(right)) ? 1 : -1))
}

/** One page of a list. Whoever moves up meanwhile is in no later page; nobody is in two. */
export function pageAfter(
  violations: readonly Violation[],
  after: Position | undefined,
  limit: number,
): { readonly page: readonly Violation[]; readonly next?: Position } {
  const rest =
    after === undefined ? violations : violations.filter((each) => isAfter(positionOf(each), after))
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return { page, ...(rest.length > limit && last !== undefined ? { next: positionOf(last) } : {}) }
}

/** What a rule's violations come to. */
export interface RuleTotal {
  readonly rule: string
  readonly count: number
  readonly shadow: number
  readonly identifiers: number
}

/** Everything together, and rule by rule; the rule that denied most comes first. */
export function totalsOf(violations: readonly Violation[]): {
  readonly count: number
  readonly shadow: number
  readonly byRule: readonly RuleTotal[]
} {
  const sums = new Map<string, RuleTotal>()
  for (const { rule, count, shadow } of violations) {
    const sum = sums.get(rule) ?? { rule, count: 0, shadow: 0, identifiers: 0 }
    sums.set(rule, {
      rule,
      count: sum.count + count,
      shadow: sum.shadow + shadow,
      identifiers: sum.identifiers + 1,
    })
  }
  const byRule = [...sums.values()].sort(
    (left, right) => right.count - left.count || right.shadow - left.shadow,
  )
  return {
    count: byRule.reduce((sum, each) => sum + each.count, 0),
    shadow: byRule.reduce((sum, each) => sum + each.shadow, 0),
    byRule,
  }
}
