import { appendAudit, type Attribution, type ChainEnd } from '../kernel/audit.ts'
import type { Cursors } from '../kernel/cursor.ts'
import type { Effects } from '../kernel/effects.ts'
import { ENTITIES } from '../kernel/grants.ts'
import type { Table } from '../kernel/table/table.ts'
import type { CommitResult, Key, Write } from '../kernel/table/types.ts'
import { unchangedSince } from '../kernel/table/unchanged.ts'
import {
  endOverride,
  isExpired,
  overrideView,
  type KnownOverride,
  type NamedOverride,
  type OverrideDecision,
} from './change-override.ts'
import { OVERRIDE_ATTRIBUTE } from './counter.ts'
import { counterKey } from './limiter.ts'
import { readList } from './limit-list.ts'
import { writeOverride } from './override.ts'
import type { LimitScope } from './rule.ts'

const ALL = `${ENTITIES['limit-override']}ALL`
/** Overrides that will end by themselves, and still are on a counter. */
const ENDING = `${ENTITIES['limit-override']}ENDING`

/** A counter without an override may be collected when its windows have passed; none is longer than a month. */
const COUNTER_KEPT_MS = 62 * 86_400_000

/** An override's item. Without an override it is what is left of one: its version and its audit chain go on. */
export interface StoredOverride {
  readonly override?: NamedOverride
  readonly version: number
  readonly audit: ChainEnd
}

/** What there is under an id, with the end of its audit chain. */
export type FoundOverride = KnownOverride & { readonly audit: ChainEnd | undefined }

/** An override that there is. */
export type LiveOverride = StoredOverride & { readonly override: NamedOverride }

/** What a list of overrides is filtered by. */
export interface OverrideFilter {
  readonly rule?: string | undefined
  readonly scope?: LimitScope | undefined
  readonly value?: string | undefined
  readonly state: 'active' | 'expired' | 'all'
}

export interface OverrideStore {
  readonly get: (id: string) => Promise<FoundOverride>
  /** One page, newest first. */
  readonly list: (
    filter: OverrideFilter,
    limit: number,
    cursors: Cursors,
    cursor?: string,
  ) => Promise<{ readonly items: readonly LiveOverride[]; readonly nextCursor?: string }>
  /** Commits a decision together with other writes. */
  readonly commit: (writes: readonly Write[]) => Promise<CommitResult>
}

const keyOf = (id: string): Key => ({ pk: `${ENTITIES['limit-override']}${id}`, sk: 'CURRENT' })

const iso = (ms: number): string => new Date(ms).toISOString()

/** An override is in the list until somebody removes it, and among those that end until it has left its counter. */
function indexKeys({ id, createdAt, expiresAt }: NamedOverride, isOnCounter: boolean) {
  const listed = { gsi1pk: ALL, gsi1sk: `${iso(createdAt)}#${id}` }
  if (expiresAt === undefined || !isOnCounter) return listed
  return { ...listed, gsi2pk: ENDING, gsi2sk: `${iso(expiresAt)}#${id}` }
}

/** The counter's own item carries the override, so that the next decision of every container sees it. */
function counterWrite(override: NamedOverride, isOnCounter: boolean, now: number): Write {
  const key = counterKey({ name: override.rule, scope: override.scope }, override.value)
  const expect = { anything: true } as const
  if (isOnCounter) {
    const set = { [OVERRIDE_ATTRIBUTE]: writeOverride(override) }
    return { kind: 'update', key, set, remove: ['expiresAt'], expect }
  }
  const set = { expiresAt: Math.ceil((now + COUNTER_KEPT_MS) / 1000) }
  return { kind: 'update', key, set, remove: [OVERRIDE_ATTRIBUTE], expect }
}

const viewOf = ({ override, version }: KnownOverride, now: number) =>
  override === undefined ? undefined : overrideView(override, version, now)

/**
 * The writes of a decision: the override, its caller's counter, the audit event.
 * @param subject the override that the decision is about
 */
export function overrideWrites(
  previous: FoundOverride,
  { next, action }: OverrideDecision,
  subject: NamedOverride,
  change: Attribution,
): readonly Write[] {
  const isOnCounter = action !== 'rate-limit-override.removed' && action !== 'rate-limit-override.expired'
  const audit = appendAudit(previous.audit, {
    ...change,
    entity: `rate-limit-override:${subject.id}`,
    action,
    before: viewOf(previous, change.now),
    after: viewOf(next, change.now),
  })
  const { override, version } = next
  const filters = override && { rule: override.rule, scope: override.scope, value: override.value }
  const index = override && indexKeys(override, isOnCounter)
  const item = { ...keyOf(subject.id), ...index, ...filters, override, version, audit: audit.end }
  const expect = unchangedSince(previous.version)
  return [{ kind: 'put', item, expect }, counterWrite(subject, isOnCounter, change.now), audit.write]
}

/**
 * The writes that end an override.
 * @param ending `expired`, by itself: it leaves its counter, and stays on show
 */
export const removeWrites = (
  { override, version, audit }: LiveOverride,
  change: Attribution,
  ending: 'removed' | 'expired',
): readonly Write[] => {
  const known = { override, version, audit }
  return overrideWrites(known, endOverride(known, ending), override, change)
}

const isLive = (item: StoredOverride): item is LiveOverride => item.override !== undefined

/**
 * Overrides that have ended by themselves and still are on their counters, the earliest first: `removeWrites` ends each in
 * a transaction of its own.
 * @param limit how many at most
 */
export async function expiredOverrides(
  table: Table,
  now: number,
  limit: number,
): Promise<readonly LiveOverride[]> {
  const page = await table.query<StoredOverride>({
    index: 'gsi2',
    partition: ENDING,
    // All ids of this millisecond are before the tilde.
    sortBetween: ['0', `${iso(now)}#~`],
    limit,
  })
  return page.items.filter(isLive)
}

const whereOf = ({ rule, scope, value }: OverrideFilter) => ({
  ...(rule === undefined ? {} : { rule }),
  ...(scope === undefined ? {} : { scope }),
  ...(value === undefined ? {} : { value }),
})

/** Opens the overrides of a table. */
export function overrideStore(table: Table, effects: Effects): OverrideStore {
  return {
    get: async (id) => {
      const item = await table.get<StoredOverride>(keyOf(id))
      return { override: item?.override, version: item?.version ?? 0, audit: item?.audit }
    },

    list: (filter, limit, cursors, cursor) => {
      const where = whereOf(filter)
      const now = effects.now()
      const keep = ({ override }: LiveOverride) =>
        filter.state === 'all' || isExpired(override, now) === (filter.state === 'expired')
      const scope = `rate-limit-overrides ${JSON.stringify(where)} ${filter.state}`
      const parts = [{ index: 'gsi1', partition: ALL, where } as const]
      return readList<LiveOverride>(table, { parts, keep, scope }, limit, cursors, cursor)
    },

    commit: (writes) => table.commit(writes, effects.id()),
  }
}
