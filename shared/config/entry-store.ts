import { appendAudit, type AuditEntry, type ChainEnd } from '../kernel/audit.ts'
import type { Principal } from '../kernel/auth.ts'
import type { Effects } from '../kernel/effects.ts'
import { Problem } from '../kernel/errors.ts'
import { ENTITIES } from '../kernel/grants.ts'
import { readPointer, replaceWrites, type Pointer } from '../kernel/live-set/live-set.ts'
import type { Table } from '../kernel/table/table.ts'
import type { CommitResult, Key, Page, Write } from '../kernel/table/types.ts'
import { configView, liveEntry, type ConfigDecision, type KnownEntry } from './change-entry.ts'
import { toLive } from './config-set.ts'
import type { Entry } from './entry.ts'

const PARTITION = `${ENTITIES.config}ALL`
const PAGE_ITEMS = 500
/** Keys that hold; more belong into a store of their own. */
const MAX_ENTRIES = 500

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

/** Who changes entries, and in which request. */
export interface ConfigChange {
  readonly actor: Pick<Principal, 'kind' | 'id' | 'name'>
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly requestId?: string | undefined
  readonly reason?: string | undefined
  /** What the history shows beside the entry: who approved it, what watches it. */
  readonly notes?: Readonly<Record<string, unknown>>
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
    change: ConfigChange,
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

async function readItems(table: Table): Promise<readonly EntryItem[]> {
  const items: EntryItem[] = []
  let page: Page<EntryItem> | undefined
  do {
    page = await table.query<EntryItem>({
      partition: PARTITION,
      consistent: true,
      limit: PAGE_ITEMS,
      ...(page?.next && { startAfter: page.next }),
    })
    items.push(...page.items)
  } while (page.next !== undefined)
  return items
}

const viewOf = (known: KnownEntry) => {
  const live = liveEntry(known)
  return live === undefined ? undefined : configView(live)
}

function auditEntryOf({ previous, next, action }: ConfigDecision, change: ConfigChange): AuditEntry {
  const { actor, now, reason, requestId, notes } = change
  const after = viewOf(next)
  return {
    entity: auditEntity(next.key),
    at: now,
    actor,
    action,
    before: viewOf(previous),
    after: after === undefined ? notes : { ...after, ...notes },
    reason,
    requestId,
  }
}

function entryWrites(
  end: ChainEnd | undefined,
  decision: ConfigDecision,
  change: ConfigChange,
): readonly Write[] {
  const { previous, next } = decision
  const audit = appendAudit(end, auditEntryOf(decision, change))
  const { key, value, created, version, updatedAt, updatedBy } = next
  const item = { ...keyOf(key), key, value, created, version, updatedAt, updatedBy, audit: audit.end }
  const expect = previous.version === 0 ? ({ absent: true } as const) : { version: previous.version }
  return [{ kind: 'put', item, expect }, audit.write]
}

/** @throws `config_full` */
function liveWrites({ pointer, entries }: ConfigState, decisions: readonly ConfigDecision[]) {
  const next = new Map<string, KnownEntry>(entries)
  for (const decision of decisions) next.set(decision.next.key, decision.next)
  const kept = [...next.values()].flatMap(toLive)
  const writes = kept.length > MAX_ENTRIES ? undefined : replaceWrites('config-live', pointer, kept)
  if (writes === undefined) throw new Problem('config_full')
  return writes
}

/** @param defined the entries of the platform definition */
export function configStore(
  table: Table,
  effects: Pick<Effects, 'id'>,
  defined: readonly Entry[],
): ConfigStore {
  const definitions = new Map(defined.map((entry) => [entry.key, entry]))

  async function all(): Promise<ReadonlyMap<string, FoundEntry>> {
    const items = new Map((await readItems(table)).map((item) => [item.key, item]))
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
