import { appendAudit, type Attribution, type ChainEnd } from '../kernel/audit.ts'
import type { Cursors } from '../kernel/cursor.ts'
import type { Effects } from '../kernel/effects.ts'
import { ENTITIES } from '../kernel/grants.ts'
import { readAll } from '../kernel/table/read-all.ts'
import type { Table } from '../kernel/table/table.ts'
import type { CommitResult, Key, Write } from '../kernel/table/types.ts'
import { unchangedSince } from '../kernel/table/unchanged.ts'
import { changeView, type Change, type ChangeDecision } from './change.ts'
import type { ChangeKind, ChangeState, ChangeView } from './schemas.ts'
import { watchName, type Watch, type WatchedVersion } from './watch.ts'

const ALL = `${ENTITIES.change}ALL`
const PENDING = `${ENTITIES.change}PENDING`
const WATCHES = `${ENTITIES.change}WATCHES`

/** How long a change is kept. */
const KEEP_SECONDS = 400 * 24 * 3_600

/** A change as it is stored: with the end of its audit chain. */
export type StoredChange = Change & { readonly audit: ChainEnd }

/** What a list of changes is filtered by. */
export interface ChangeFilter {
  readonly state?: ChangeState | undefined
  readonly kind?: ChangeKind | undefined
  readonly target?: string | undefined
}

/** What changes are of. */
export type ChangeTarget = Pick<Change, 'kind' | 'target'>

export interface ChangeStore {
  /** @returns `undefined` when there is none */
  readonly get: (id: string) => Promise<StoredChange | undefined>
  /** One page, newest first. */
  readonly list: (
    filter: ChangeFilter,
    limit: number,
    cursors: Cursors,
    cursor?: string,
  ) => Promise<{ readonly changes: readonly Change[]; readonly nextCursor?: string }>
  /**
   * Every change that nobody has decided about, or those of one target; the newest of a target last. May be a moment old.
   */
  readonly pending: (of?: ChangeTarget) => Promise<readonly StoredChange[]>
  /** The writes of a decision: the change and its audit event. */
  readonly writesOf: (
    previous: StoredChange | undefined,
    decision: ChangeDecision,
    by: Omit<Attribution, 'reason'>,
  ) => readonly Write[]
  /** Every watch, whether it has ended or not. */
  readonly watches: () => Promise<readonly Watch[]>
  /** The watch over a version of a target; `undefined` when there is none, or it has ended. */
  readonly watchOver: (watched: WatchedVersion) => Promise<Watch | undefined>
  /** @returns whether it has not been ended meanwhile */
  readonly isWatching: (watch: Watch) => Promise<boolean>
  /** Commits decisions together with other writes. */
  readonly commit: (writes: readonly Write[]) => Promise<CommitResult>
}

const keyOf = (id: string): Key => ({ pk: ALL, sk: id })
const watchKey = (watch: WatchedVersion): Key => ({ pk: WATCHES, sk: watchName(watch) })

/** The write that begins a watch, in the transaction of the change that it watches. */
export const beginWatch = (watch: Watch): Write => ({
  kind: 'put',
  item: { ...watchKey(watch), ...watch },
  expect: { absent: true },
})

/** The write that ends a watch. It fails when another one has ended it. */
export const endWatch = (watch: Watch): Write => ({
  kind: 'delete',
  key: watchKey(watch),
  expect: { present: true },
})

/** How the index names what waits of a target, before its id. */
const ofTarget = ({ kind, target }: ChangeTarget): string => `${kind}:${target}#`

/** Only a change that waits is in the index. */
const indexKeys = (change: Change) =>
  change.state === 'pending' ? { gsi1pk: PENDING, gsi1sk: `${ofTarget(change)}${change.id}` } : {}

/** Attribute values that a list's items must have. What has expired may still be stored as waiting. */
const whereOf = ({ state, kind, target }: ChangeFilter) => ({
  ...(state === undefined ? {} : { state }),
  ...(kind === undefined ? {} : { kind }),
  ...(target === undefined ? {} : { target }),
})

/**
 * What a decision changes. What was asked for is in the first event, and stays: a flag may take 120 KB, and before and after
 * with two flags each would not fit an item.
 */
function decisionOf({ current: _current, proposed: _proposed, ...decided }: ChangeView) {
  return decided
}

function writesOf(
  previous: StoredChange | undefined,
  { change, action }: ChangeDecision,
  by: Omit<Attribution, 'reason'>,
): readonly Write[] {
  const after = changeView(change, change.requestedAt)
  const states =
    previous === undefined
      ? { after }
      : { before: decisionOf(changeView(previous, previous.requestedAt)), after: decisionOf(after) }
  const audit = appendAudit(previous?.audit, {
    ...by,
    entity: `change:${change.id}`,
    action,
    ...states,
    reason: change.decisionReason ?? change.reason,
  })
  const expiresAt = Math.ceil(change.requestedAt / 1000) + KEEP_SECONDS
  const item = { ...keyOf(change.id), ...indexKeys(change), ...change, audit: audit.end, expiresAt }
  return [{ kind: 'put', item, expect: unchangedSince(previous?.version) }, audit.write]
}

export function changeStore(table: Table, effects: Pick<Effects, 'id'>): ChangeStore {
  return {
    get: (id) => table.get<StoredChange>(keyOf(id)),

    list: async (filter, limit, cursors, cursor) => {
      const scope = `changes ${JSON.stringify(whereOf(filter))}`
      const page = await table.query<Change>({
        partition: ALL,
        newestFirst: true,
        consistent: true,
        limit,
        where: whereOf(filter),
        ...(cursor === undefined ? {} : { startAfter: cursors.open(cursor, scope) }),
      })
      const nextCursor = page.next && cursors.seal(page.next, scope)
      return { changes: page.items, ...(nextCursor === undefined ? {} : { nextCursor }) }
    },

    pending: (of) =>
      readAll<StoredChange>(table, {
        index: 'gsi1',
        partition: PENDING,
        ...(of === undefined ? {} : { sortBeginsWith: ofTarget(of) }),
      }),

    writesOf,

    watches: () => readAll<Watch>(table, { partition: WATCHES, consistent: true }),

    watchOver: (watched) => table.get<Watch>(watchKey(watched)),

    isWatching: async (watch) => (await table.get(watchKey(watch))) !== undefined,

    commit: (writes) => table.commit(writes, effects.id()),
  }
}
