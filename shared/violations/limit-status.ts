import { Problem } from '../kernel/errors.ts'
import type { Table } from '../kernel/table/table.ts'
import type { Block } from '../rate-limits/block.ts'
import { readCounters } from '../rate-limits/counter-reader.ts'
import { overrideOn, shapesOf, type Standing } from '../rate-limits/counter.ts'
import type { LimitSetNow } from '../rate-limits/limit-set.ts'
import { counterKey } from '../rate-limits/limiter.ts'
import type { Override } from '../rate-limits/override.ts'
import type { LimitScope, RateLimitRule } from '../rate-limits/rule.ts'
import { ruleNamed } from '../rate-limits/subject.ts'
import { standingsOf } from '../rate-limits/verdicts.ts'
import { countedAs } from './identity.ts'

/** Whose use of which rules. */
export interface StatusQuestion {
  readonly identifier: string
  readonly scope?: LimitScope | undefined
  /** A rule's name, or its id. */
  readonly rule?: string | undefined
}

/** Where a caller stands under one rule. */
export interface LimitStatus {
  readonly rule: RateLimitRule
  readonly standings: readonly Standing[]
  readonly override: Override | undefined
  readonly block: Block | undefined
}

const rulesFor = (known: LimitSetNow, { rule, scope }: StatusQuestion): readonly RateLimitRule[] =>
  (rule === undefined ? [...known.set.rules.values()] : [ruleNamed(known, rule)])
    .filter((each) => scope === undefined || each.scope === scope)
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))

/**
 * Reads how much of each rule a caller has used, without taking anything.
 * @param now milliseconds since the epoch
 * @throws `unknown_rule`, or `unavailable` while the rules cannot be read; `invalid_input` when all rules count addresses and the identifier is none
 */
export async function limitStatus(
  table: Table,
  known: LimitSetNow,
  question: StatusQuestion,
  now: number,
): Promise<readonly LimitStatus[]> {
  const rules = rulesFor(known, question)
  const counted = rules.flatMap((rule) => {
    const identifier = countedAs(rule.scope, question.identifier)
    return identifier === undefined ? [] : [{ rule, identifier }]
  })
  if (rules.length > 0 && counted.length === 0) {
    const fields = [{ path: 'query.identifier', reason: 'must be an IPv4 or IPv6 address' }]
    throw new Problem('invalid_input', { fields })
  }
  const images = await readCounters(
    table,
    counted.map(({ rule, identifier }) => counterKey(rule, identifier)),
  )
  return counted.flatMap(({ rule, identifier }, index) => {
    const image = images[index]
    if (image === undefined) return []
    const override = overrideOn(image, now)
    const standings = standingsOf(shapesOf(rule, override), image, now)
    const address = rule.scope === 'ip' ? identifier : undefined
    return [
      { rule, standings, override, block: known.set.findBlock({ [rule.scope]: identifier }, address, now) },
    ]
  })
}
