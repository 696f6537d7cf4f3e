import { ENTITIES } from '../kernel/grants.ts'
import { readAll } from '../kernel/table/read-all.ts'
import type { Table } from '../kernel/table/table.ts'
import type { Write } from '../kernel/table/types.ts'
import type { EvaluationContext } from './context.ts'
import type { ExposureCount } from './exposures.ts'

/** How often a flag was evaluated within a span, by variant. */
export interface VariantTotal {
  readonly variant: string
  readonly evaluations: number
  /** Milliseconds since the epoch. */
  readonly lastSeen: number
}

const HOUR_MS = 3_600_000
const DAY_SECONDS = 86_400
/** As far back as statistics go. */
const KEEP_HOURS_SECONDS = 32 * DAY_SECONDS
/** Contexts are people's data: they stay for as long as "the last evaluated users" means anything. */
const KEEP_CONTEXTS_SECONDS = DAY_SECONDS
/** Reports of contexts that an impact is worked out from, 20 contexts each at most. */
const CONTEXT_REPORTS = 50

const SEEN = `${ENTITIES['flag-stats']}SEEN`
const CONTEXTS = `${ENTITIES['flag-stats']}CONTEXTS`
const SENT = `${ENTITIES['flag-stats']}SENT`
const flagPartition = (key: string): string => `${ENTITIES['flag-stats']}FLAG#${key}`

const COUNT = 'count:'
const LAST = 'last:'

/** `2026-02-15T03`: the sort key of an hour. */
const hourOf = (ms: number): string => new Date(ms).toISOString().slice(0, 13)
const expiry = (now: number, seconds: number): number => Math.ceil(now / 1_000) + seconds

/** The write that adds what was counted of one flag to its hour. */
function hourWrite(flag: string, counts: readonly ExposureCount[], now: number): Write {
  return {
    kind: 'update',
    key: { pk: flagPartition(flag), sk: hourOf(now) },
    add: Object.fromEntries(counts.map(({ variant, count }) => [`${COUNT}${variant}`, count])),
    set: {
      ...Object.fromEntries(counts.map(({ variant }) => [`${LAST}${variant}`, now])),
      expiresAt: expiry(now, KEEP_HOURS_SECONDS),
    },
    expect: { anything: true },
  }
}

/** The writes that add what a container has counted to the hour: one a flag. */
export const countWrites = (counts: readonly ExposureCount[], now: number): readonly Write[] =>
  [...Map.groupBy(counts, ({ flag }) => flag)].map(([flag, own]) => hourWrite(flag, own, now))

/** The writes that remember when flags were last seen, for the list of stale ones. */
export const seenWrites = (flags: readonly string[], now: number): readonly Write[] =>
  flags.map((flag) => ({
    kind: 'put',
    item: { pk: SEEN, sk: flag, flag, at: now },
    expect: { anything: true },
  }))

/** What a sample holds of one context; a larger one is left out. */
const MAX_CONTEXT_CHARACTERS = 2_000

/** A context as JSON; `undefined` for one that is too large, or none: whoever calls in process may pass anything. */
function jsonOf(context: EvaluationContext): string | undefined {
  try {
    const json = JSON.stringify(context)
    return json.length > MAX_CONTEXT_CHARACTERS ? undefined : json
  } catch {
    return undefined
  }
}

/** What `contextsWrite` wrote is a list of these. */
const contextsOf = (json: string) => JSON.parse(json) as readonly EvaluationContext[]

const packed = (contexts: readonly EvaluationContext[]): string =>
  `[${contexts.flatMap((context) => jsonOf(context) ?? []).join(',')}]`

/**
 * The write that keeps a sample of whom flags were evaluated for. It happens once, and so does every other write of its
 * transaction, however late a retry comes: it is there without contexts too.
 */
export const contextsWrite = (contexts: readonly EvaluationContext[], now: number, id: string): Write => ({
  kind: 'put',
  item: {
    pk: contexts.length === 0 ? SENT : CONTEXTS,
    sk: `${new Date(now).toISOString()}#${id}`,
    contexts: packed(contexts),
    keptUntil: now + KEEP_CONTEXTS_SECONDS * 1_000,
    expiresAt: expiry(now, KEEP_CONTEXTS_SECONDS),
  },
  expect: { absent: true },
})

type HourItem = Readonly<Record<string, number>>

/** Adds an hour to the totals. */
function addHour(totals: Map<string, VariantTotal>, hour: HourItem): void {
  for (const [name, evaluations] of Object.entries(hour)) {
    if (!name.startsWith(COUNT)) continue
    const variant = name.slice(COUNT.length)
    const known = totals.get(variant)
    totals.set(variant, {
      variant,
      evaluations: (known?.evaluations ?? 0) + evaluations,
      lastSeen: Math.max(known?.lastSeen ?? 0, hour[`${LAST}${variant}`] ?? 0),
    })
  }
}

/** How often a flag was evaluated within the last hours, the most frequent variant first. */
export async function readTotals(
  table: Table,
  flag: string,
  hours: number,
  now: number,
): Promise<readonly VariantTotal[]> {
  const totals = new Map<string, VariantTotal>()
  const hoursOfFlag = await readAll<HourItem>(table, {
    partition: flagPartition(flag),
    sortBetween: [hourOf(now - (hours - 1) * HOUR_MS), hourOf(now)],
  })
  for (const hour of hoursOfFlag) addHour(totals, hour)
  return [...totals.values()].toSorted((a, b) => b.evaluations - a.evaluations)
}

/** When each flag was last seen, milliseconds since the epoch, to an hour. */
export async function readLastSeen(table: Table): Promise<ReadonlyMap<string, number>> {
  const seen = await readAll<{ flag: string; at: number }>(table, { partition: SEEN })
  return new Map(seen.map(({ flag, at }) => [flag, at]))
}

interface ContextReport {
  readonly contexts: string
  readonly keptUntil: number
}

/** The last contexts that flags were evaluated for, one a targeting key, the newest first. */
export async function readContexts(table: Table, now: number): Promise<readonly EvaluationContext[]> {
  const reports = await readAll<ContextReport>(
    table,
    { partition: CONTEXTS, newestFirst: true },
    CONTEXT_REPORTS,
  )
  const byUser = new Map<string, EvaluationContext>()
  for (const { contexts, keptUntil } of reports) {
    if (keptUntil <= now) continue
    for (const context of contextsOf(contexts)) {
      const { targetingKey } = context
      if (targetingKey !== undefined && !byUser.has(targetingKey)) byUser.set(targetingKey, context)
    }
  }
  return [...byUser.values()]
}
