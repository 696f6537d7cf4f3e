import { appendAudit, type Attribution, type ChainEnd } from '../kernel/audit.ts'
import type { Effects } from '../kernel/effects.ts'
import { Problem } from '../kernel/errors.ts'
import { ENTITIES } from '../kernel/grants.ts'
import { readPointer, replaceWrites, type Pointer } from '../kernel/live-set/live-set.ts'
import { readAll } from '../kernel/table/read-all.ts'
import type { Table } from '../kernel/table/table.ts'
import type { CommitResult, Key, Write } from '../kernel/table/types.ts'
import { unchangedSince } from '../kernel/table/unchanged.ts'
import { configView, liveEntry, type ConfigDecision, type KnownEntry } from './change-entry.ts'
import { toLive } from './config-set.ts'
import type { Entry } from './entry.ts'

const PARTITION = `${ENTITIES.config}ALL`
/** Keys that were changed or created and hold; more belong into a store of their own. */
const MAX_ENTRIES = 500
/** The same with those that were removed: their versions go on, and each change reads all of them. */
const MAX_KEYS = 1_000

/** A changed entry's item. Without a value and a definition it is what is left: its version and its chain go on. */
interface EntryItem {
  readonly key: string
  readonly value?: unknown
  readonly created?: Entry
  readonly version: number
  readonly audit: ChainEnd
  readonly updatedAt: number
  readonly updatedBy: string
}

/** What there is of a key, with the end of its audit chain; `undefined` when nobody has ever changed it. */
export type FoundEntry = KnownEntry & { readonly audit: ChainEnd | undefined }

/** Every key there is or was, and the pointer that must not have moved when a change of them is committed. */
export interface ConfigState {
  readonly pointer: Pointer
  readonly entries: ReadonlyMap<string, FoundEntry>
}

export interface ConfigStore {
  /** What there is of a key. */
  readonly get: (key: string) => Promise<FoundEntry>
  /** Every key there is or was. */
  readonly all: () => Promise<ReadonlyMap<string, FoundEntry>>
  /** Everything that a change is decided on. */
  readonly read: () => Promise<ConfigState>
  /**
   * The writes of decisions: entries, audit events, and what containers keep at hand.
   * @throws `config_full` when that does not fit
   */
  readonly writesOf: (
    state: ConfigState,
    decisions: readonly ConfigDecision[],
    change: Attribution,
  ) => readonly Write[]
  /** Commits decisions together with other writes. */
  readonly commit: (writes: readonly Write[]) => Promise<CommitResult>
}

/** The entity that audit events of a key name. Each version of the key is one event. */
export const auditEntity = (key: string): string => `config:${key}`

const keyOf = (key: string): Key => ({ pk: PARTITION, sk: key })

/** What there is of a key that may never have been changed. */
const found = (key: string, defined: Entry | undefined, item: EntryItem | undefined): FoundEntry => ({
  key,
  defined,
  created: item?.created,
  value: item?.value,
  version: item?.version ?? 0,
  updatedAt: item?.updatedAt,
  updatedBy: item?.updatedBy,
  audit: item?.audit,
})

const viewOf = (known: KnownEntry) => {
  const live = liveEntry(known)
  return live === undefined ? undefined : configView(live)
}

function entryWrites(
  end: ChainEnd | undefined,
  decision: ConfigDecision,
  change: Attribution,
): readonly Write[] {
  const { previous, next } = decision
  const audit = appendAudit(end, {
    ...change,
    entity: auditEntity(next.key),
    action: decision.action,
    before: viewOf(previous),
    after: viewOf(next),
  })
  const { key, value, created, version, updatedAt, updatedBy } = next
  const item = { ...keyOf(key), key, value, created, version, updatedAt, updatedBy, audit: audit.end }
  return [{ kind: 'put', item, expect: unchangedSince(previous.version) }, audit.write]
}

/**
 * Holds new keys to what there may be. What is defined can always be set: there may be an emergency.
 * @param known every key after the decisions
 * @throws `config_full`
 */
function requireRoom(known: readonly KnownEntry[], decisions: readonly ConfigDecision[]): void {
  const created = decisions.filter(({ action }) => action === 'config.created')
  if (created.length > 0 && known.flatMap(toLive).length > MAX_ENTRIES) {
    const detail = `There may be ${MAX_ENTRIES} changed or created keys: remove one.`
    throw new Problem('config_full', { detail })
  }
  const isFirst = created.some(({ previous }) => previous.version === 0)
  if (isFirst && known.filter(({ version }) => version > 0).length > MAX_KEYS) {
    const detail = `With those that were removed there may be ${MAX_KEYS} keys: use the name of a removed one.`
    throw new Problem('config_full', { detail })
  }
}

/** @throws `config_full` */
function liveWrites({ pointer, entries }: ConfigState, decisions: readonly ConfigDecision[]) {
  const next = new Map<string, KnownEntry>(entries)
  for (const decision of decisions) next.set(decision.next.key, decision.next)
  const known = [...next.values()]
  requireRoom(known, decisions)
  const writes = replaceWrites('config-live', pointer, known.flatMap(toLive))
  if (writes !== undefined) return writes
  const detail = 'All values together are larger than what containers keep at hand: shorten or remove some.'
  throw new Problem('config_full', { detail })
}

/** @param defined the entries of the platform definition */
export function configStore(
  table: Table,
  effects: Pick<Effects, 'id'>,
  defined: readonly Entry[],
): ConfigStore {
  const definitions = new Map(defined.map((entry) => [entry.key, entry]))

  async function all(): Promise<ReadonlyMap<string, FoundEntry>> {
    const changed = await readAll<EntryItem>(table, { partition: PARTITION, consistent: true })
    const items = new Map(changed.map((item) => [item.key, item]))
    const keys = [...new Set([...definitions.keys(), ...items.keys()])].toSorted()
    return new Map(keys.map((key) => [key, found(key, definitions.get(key), items.get(key))]))
  }

  return {
    get: async (key) => found(key, definitions.get(key), await table.get<EntryItem>(keyOf(key))),
    all,
    // The pointer first: whatever changes after this moves it, and the commit fails.
    read: async () => ({ pointer: await readPointer(table, 'config-live'), entries: await all() }),
    writesOf: (state, decisions, change) => [
      ...decisions.flatMap((decision) =>
        entryWrites(state.entries.get(decision.next.key)?.audit, decision, change),
      ),
      ...liveWrites(state, decisions),
    ],
    commit: (writes) => table.commit(writes, effects.id()),
  }
}
