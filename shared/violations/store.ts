import { ENTITIES } from '../kernel/grants.ts'
import type { Table } from '../kernel/table/table.ts'
import type { Key, Page, Write } from '../kernel/table/types.ts'
import { HOUR_MS, hoursBetween, type HourlyViolation } from './violation.ts'

/** Longer than anybody may look back. */
const KEPT_MS = 8 * 24 * HOUR_MS
const PAGE_ITEMS = 1_000
const HOURS_AT_ONCE = 8
/** What one reading takes at most: about 4 MB. */
const MAX_ROWS = 20_000

const hourStart = (hour: string): number => Date.parse(`${hour}:00:00.000Z`)

/** Where a row stands: an hour is a partition, and in it the rows of a rule are neighbours. */
export const violationKey = ({
  hour,
  rule,
  identifier,
}: Pick<HourlyViolation, 'hour' | 'rule' | 'identifier'>): Key => ({
  pk: `${ENTITIES.violation}${hour}`,
  sk: `${rule}#${identifier}`,
})

/** The write that adds what a container has counted to a row. */
export function tallyWrite(tally: HourlyViolation): Write {
  const { hour, rule, scope, identifier, count, shadow, firstSeen, lastSeen } = tally
  return {
    kind: 'update',
    key: violationKey(tally),
    set: { hour, rule, scope, identifier, lastSeen, expiresAt: (hourStart(hour) + KEPT_MS) / 1000 },
    setOnce: { firstSeen },
    add: { count, shadow },
    expect: { anything: true },
  }
}

/** The write that remembers that a row has led to a block, or was covered by one. */
export const blockedWrite = (row: HourlyViolation, now: number): Write => ({
  kind: 'update',
  key: violationKey(row),
  set: { blockedAt: now },
  expect: { present: true },
})

/** Rows, and whether these are all. */
export interface ReadRows {
  readonly rows: readonly HourlyViolation[]
  readonly complete: boolean
}

async function readHour(table: Table, hour: string, rule: string | undefined): Promise<ReadRows> {
  const rows: HourlyViolation[] = []
  let page: Page<HourlyViolation> | undefined
  do {
    page = await table.query<HourlyViolation>({
      partition: `${ENTITIES.violation}${hour}`,
      ...(rule === undefined ? {} : { sortBeginsWith: `${rule}#` }),
      consistent: true,
      limit: PAGE_ITEMS,
      ...(page?.next && { startAfter: page.next }),
    })
    rows.push(...page.items)
  } while (page.next !== undefined && rows.length < MAX_ROWS)
  return { rows, complete: page.next === undefined }
}

/**
 * Reads whole hours, a few at once, the newest first.
 * @param rule only its rows; all when absent
 * @returns at most 20,000 rows
 */
export async function readHours(
  table: Table,
  hours: readonly string[],
  rule: string | undefined,
): Promise<ReadRows> {
  let rows: HourlyViolation[] = []
  let complete = true
  let index = 0
  while (index < hours.length && rows.length < MAX_ROWS) {
    const some = hours.slice(index, index + HOURS_AT_ONCE)
    const read = await Promise.all(some.map((hour) => readHour(table, hour, rule)))
    rows = rows.concat(...read.map((part) => part.rows))
    complete &&= read.every((part) => part.complete)
    index += HOURS_AT_ONCE
  }
  return {
    rows: rows.slice(0, MAX_ROWS),
    complete: complete && index >= hours.length && rows.length <= MAX_ROWS,
  }
}

/** Reads the rows of one caller under these rules by their keys. */
export async function readCaller(
  table: Table,
  hours: readonly string[],
  names: readonly Pick<HourlyViolation, 'rule' | 'identifier'>[],
): Promise<ReadRows> {
  const keys = hours.flatMap((hour) => names.map((name) => violationKey({ hour, ...name })))
  const found = await table.getMany<HourlyViolation>(keys)
  return { rows: found.map(({ item }) => item), complete: true }
}

/** The rows of a rule that an automatic block may rest on: of this hour and the one before. */
export const recentRows = (table: Table, rule: string, now: number): Promise<ReadRows> =>
  readHours(table, hoursBetween(now - HOUR_MS, now), rule)
