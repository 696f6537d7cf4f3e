import type { Effects } from '../kernel/effects.ts'
import { ENTITIES } from '../kernel/grants.ts'
import type { Table } from '../kernel/table/table.ts'
import type { CommitResult, Key, Page, Write } from '../kernel/table/types.ts'
import { unchangedSince } from '../kernel/table/unchanged.ts'
import type { Check } from './check.ts'
import type { ProberState } from './impaired.ts'
import type { CheckState } from './next.ts'
import type { Rollup, Sample } from './rollup.ts'
import type { KnownStatus } from './status.ts'

/** What names a check's items: its id, and the vantage that it runs from. */
export type CheckKey = Pick<Check, 'id' | 'vantage'>

/** A check's state as it is stored. */
export interface StoredCheck {
  readonly version: number
  readonly state: CheckState
  /** Why the newest slots said nothing about the target; absent since the last one that did. */
  readonly trouble?: string
}

/** One slot's result as it is stored. */
export interface StoredResult extends Sample {
  readonly status: KnownStatus
  readonly message: string
}

/** The summary of an hour or a day that began at `at`. */
export type StoredRollup = Rollup & { readonly at: number }

export type RollupPeriod = 'hourly' | 'daily'

/** A prober's state as it is stored. */
export interface StoredProber {
  readonly version: number
  readonly state: ProberState
}

const HOUR_MS = 3_600_000
/** How long raw results can be asked for. */
export const RAW_SHOWN_MS = 48 * HOUR_MS
/** They are kept for longer, so that a day is summed up from all of its results even after an outage of days. */
const RAW_KEPT_MS = 7 * 24 * HOUR_MS
const ROLLUPS_KEPT_MS = 90 * 24 * HOUR_MS

const iso = (ms: number): string => new Date(ms).toISOString()
const seconds = (ms: number): number => Math.ceil(ms / 1000)

const stateKey = ({ id, vantage }: CheckKey): Key => ({ pk: `${ENTITIES.check}${id}`, sk: vantage })
const resultPartition = ({ id, vantage }: CheckKey): string => `${ENTITIES.result}${id}#${vantage}`
const rollupPartition = ({ id, vantage }: CheckKey): string => `${ENTITIES.rollup}${id}#${vantage}`
const proberKey = (vantage: string): Key => ({ pk: `${ENTITIES.prober}${vantage}`, sk: 'STATE' })
const rollupPrefix = (period: RollupPeriod): string => (period === 'hourly' ? 'H#' : 'D#')

export interface HealthStore {
  readonly check: (check: CheckKey) => Promise<StoredCheck | undefined>
  /** @returns states by check id; checks without one are left out */
  readonly checks: (checks: readonly CheckKey[]) => Promise<ReadonlyMap<string, StoredCheck>>
  readonly prober: (vantage: string) => Promise<StoredProber | undefined>
  /** Results with slots in [fromMs, toMs], oldest first. */
  readonly results: (check: CheckKey, range: Range) => Promise<Page<StoredResult>>
  /** Roll-ups of periods that began in [fromMs, toMs], oldest first. */
  readonly rollups: (check: CheckKey, period: RollupPeriod, range: Range) => Promise<Page<StoredRollup>>
  readonly commit: (writes: readonly Write[]) => Promise<CommitResult>
}

/** A stretch of history, and which page of it. */
export interface Range {
  readonly fromMs: number
  readonly toMs: number
  readonly limit: number
  readonly startAfter?: Readonly<Record<string, unknown>>
  /** Whether what was written a moment ago must be among it. */
  readonly consistent?: boolean
}

const paging = ({ limit, startAfter, consistent = false }: Range) => ({
  limit,
  consistent,
  ...(startAfter === undefined ? {} : { startAfter }),
})

/** Opens the items of checks, results, roll-ups and probers. */
export function healthStore(table: Table, effects: Effects): HealthStore {
  return {
    check: (check) => table.get<StoredCheck>(stateKey(check)),
    checks: async (checks) => {
      const found = await table.getMany<StoredCheck>(checks.map(stateKey))
      return new Map(found.map(({ key, item }) => [key.pk.slice(ENTITIES.check.length), item]))
    },
    prober: (vantage) => table.get<StoredProber>(proberKey(vantage)),
    results: (check, range) =>
      table.query<StoredResult>({
        partition: resultPartition(check),
        sortBetween: [iso(range.fromMs), iso(range.toMs)],
        ...paging(range),
      }),
    rollups: (check, period, range) => {
      const prefix = rollupPrefix(period)
      return table.query<StoredRollup>({
        partition: rollupPartition(check),
        sortBetween: [`${prefix}${iso(range.fromMs)}`, `${prefix}${iso(range.toMs)}`],
        ...paging(range),
      })
    },
    commit: (writes) => table.commit(writes, effects.id()),
  }
}

/** The write of a check's next state; of two writers that started from the same state one fails. */
export function stateWrite(
  check: CheckKey,
  previous: StoredCheck | undefined,
  state: CheckState,
  trouble?: string,
): Write {
  return {
    kind: 'put',
    item: { ...stateKey(check), state, trouble, version: (previous?.version ?? 0) + 1 },
    expect: unchangedSince(previous?.version),
  }
}

/** The write of a slot's result: once a check, vantage and slot. */
export const resultWrite = (check: CheckKey, slot: number, result: StoredResult): Write => ({
  kind: 'put',
  item: { pk: resultPartition(check), sk: iso(slot), ...result, expiresAt: seconds(slot + RAW_KEPT_MS) },
  expect: { absent: true },
})

/** The write of a roll-up; computing it again gives the same. */
export const rollupWrite = (check: CheckKey, period: RollupPeriod, rollup: StoredRollup): Write => ({
  kind: 'put',
  item: {
    pk: rollupPartition(check),
    sk: `${rollupPrefix(period)}${iso(rollup.at)}`,
    ...rollup,
    expiresAt: seconds(rollup.at + ROLLUPS_KEPT_MS),
  },
  expect: { anything: true },
})

/** The write of a prober's next state. */
export const proberWrite = (
  vantage: string,
  previous: StoredProber | undefined,
  state: ProberState,
): Write => ({
  kind: 'put',
  item: { ...proberKey(vantage), state, version: (previous?.version ?? 0) + 1 },
  expect: unchangedSince(previous?.version),
})
