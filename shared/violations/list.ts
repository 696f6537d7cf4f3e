import type { Cursors } from '../kernel/cursor.ts'
import { Problem } from '../kernel/errors.ts'
import type { Table } from '../kernel/table/table.ts'
import type { LimitSet } from '../rate-limits/limit-set.ts'
import { found, namesFor } from '../rate-limits/rule-id.ts'
import type { LimitScope, RateLimitRule } from '../rate-limits/rule.ts'
import { aggregate, pageAfter, totalsOf, type Position } from './aggregate.ts'
import { countedAs } from './identity.ts'
import { readCaller, readHours, type ReadRows } from './store.ts'
import { HOUR_MS, hoursBetween, type Violation } from './violation.ts'

/** What a list of violations is filtered by. */
export interface ViolationFilter {
  /** How far to look back. */
  readonly hours: number
  readonly identifier?: string | undefined
  /** A rule's name, or its id. */
  readonly rule?: string | undefined
  readonly scope?: LimitScope | undefined
}

/** One page, beside what all pages come to. */
export interface ViolationPage {
  readonly violations: readonly Violation[]
  readonly totals: ReturnType<typeof totalsOf>
  /** Whether everything was read; else counts are too low. */
  readonly complete: boolean
  readonly nextCursor?: string
}

/** Where a list goes on, and which moment it looks back from. */
interface Place {
  readonly now: number
  readonly after?: Position
}

/** What this list sealed, it can trust. */
const asPlace = (sealed: unknown) => sealed as Place

/** Beyond this, reading whole hours costs less than asking for keys. */
const MAX_KEYS = 2_000

/** Addresses are found in any spelling; whatever else stands for a caller is taken as it is. */
const identifierIn = (scope: LimitScope, identifier: string): string =>
  countedAs(scope, identifier) ?? identifier

/** The rows of a rule that does not exist (any more). */
async function rowsOfFormerRule(table: Table, hours: readonly string[], id: string): Promise<ReadRows> {
  const reads = await Promise.all(namesFor(id).map((name) => readHours(table, hours, name)))
  const rows = reads.flatMap((read) => read.rows)
  if (rows.length === 0) throw new Problem('unknown_rule', { detail: `There is no rule "${id}".` })
  return { rows, complete: reads.every(({ complete }) => complete) }
}

async function rowsFor(
  table: Table,
  rules: LimitSet['rules'],
  { identifier, rule: id }: ViolationFilter,
  hours: readonly string[],
): Promise<ReadRows> {
  const rule = id === undefined ? undefined : found(rules, id)
  if (id !== undefined && rule === undefined) return rowsOfFormerRule(table, hours, id)
  const asked: readonly RateLimitRule[] = rule === undefined ? [...rules.values()] : [rule]
  if (identifier === undefined || asked.length * hours.length > MAX_KEYS) {
    return readHours(table, hours, rule?.name)
  }
  const names = asked.map(({ name, scope }) => ({ rule: name, identifier: identifierIn(scope, identifier) }))
  return readCaller(table, hours, names)
}

/**
 * Reads one page of violations, the most denied first.
 * @param rules that exist now
 * @throws `unknown_rule` when there is neither such a rule nor a row of one; `invalid_cursor`
 */
export async function listViolations(
  table: Table,
  cursors: Cursors,
  rules: LimitSet['rules'],
  filter: ViolationFilter,
  nowMs: number,
  limit: number,
  cursor?: string,
): Promise<ViolationPage> {
  const { hours, identifier, rule, scope } = filter
  const seal = `violations ${JSON.stringify([hours, identifier, rule, scope])}`
  const { now, after } = cursor === undefined ? { now: nowMs } : asPlace(cursors.open(cursor, seal))
  const fromMs = now - hours * HOUR_MS
  const { rows, complete } = await rowsFor(table, rules, filter, hoursBetween(fromMs, now))
  const wanted = rows.filter(
    (row) =>
      row.lastSeen >= fromMs &&
      (scope === undefined || row.scope === scope) &&
      (identifier === undefined || row.identifier === identifierIn(row.scope, identifier)),
  )
  const violations = aggregate(wanted)
  const { page, next } = pageAfter(violations, after, limit)
  return {
    violations: page,
    totals: totalsOf(violations),
    complete,
    ...(next === undefined ? {} : { nextCursor: cursors.seal({ now, after: next }, seal) }),
  }
}
