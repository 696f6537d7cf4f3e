import type { Table } from '../../shared/kernel/table/table.ts'
import type { CommitResult, Expectation, Item, Key, Write } from '../../shared/kernel/table/types.ts'

type Stored = Readonly<Record<string, unknown>>

/** A table in memory: conditions, sums and write ids as the real one has them, and everything happens at once. */
export interface MemoryTable {
  readonly table: Table
  /** How many items were written. */
  readonly writes: () => number
  /** As `npm run reset`, or as a backup that is restored. */
  readonly replaceWith: (items: ReadonlyMap<string, Stored>) => void
  readonly backup: () => ReadonlyMap<string, Stored>
}

/** A table gives whatever its caller says that it holds. */
const asItem = <T>(item: unknown) => item as T

const nameOf = ({ pk, sk }: Key): string => `${pk} ${sk}`
const keyOf = (write: Write): Key => (write.kind === 'put' ? write.item : write.key)

function isMet(expect: Expectation, stored: Stored | undefined): boolean {
  if ('absent' in expect) return stored === undefined
  if ('present' in expect) return stored !== undefined
  return 'version' in expect ? stored?.['version'] === expect.version : true
}

function updated(write: Extract<Write, { kind: 'update' }>, stored: Stored): Item {
  const removed = new Set(write.remove)
  const sums = Object.entries(write.add ?? {}).map(([name, by]) => [name, Number(stored[name] ?? 0) + by])
  const kept = Object.entries({ ...write.setOnce, ...stored, ...write.set, ...Object.fromEntries(sums) })
  return { ...write.key, ...Object.fromEntries(kept.filter(([name]) => !removed.has(name))) }
}

/** Makes an empty one. */
export function memoryTable(): MemoryTable {
  let items = new Map<string, Stored>()
  let written = 0

  const apply = (write: Write, writeId: string): void => {
    const name = nameOf(keyOf(write))
    written += 1
    if (write.kind === 'delete') items.delete(name)
    if (write.kind === 'put') items.set(name, { ...write.item, writeId })
    if (write.kind === 'update') items.set(name, { ...updated(write, items.get(name) ?? {}), writeId })
  }
  const commit = (writes: readonly Write[], writeId: string): CommitResult => {
    const failed = writes.flatMap((write, index) =>
      isMet(write.expect, items.get(nameOf(keyOf(write)))) ? [] : [index],
    )
    const isOwn = failed.some((index) => {
      const write = writes[index]
      return write !== undefined && items.get(nameOf(keyOf(write)))?.['writeId'] === writeId
    })
    if (isOwn) return { committed: true }
    if (failed.length > 0) return { committed: false, conflicts: failed }
    for (const write of writes) apply(write, writeId)
    return { committed: true }
  }

  return {
    table: {
      get: <T>(key: Key) => Promise.resolve(asItem<T | undefined>(items.get(nameOf(key)))),
      getMany: () => Promise.reject(new Error('Nobody reads many items here.')),
      query: <T>({ partition }: { readonly partition: string }) => {
        const found = [...items.values()].filter(({ pk }) => pk === partition)
        return Promise.resolve({ items: found.map((item) => asItem<T>(item)) })
      },
      commit: (writes, writeId) => Promise.resolve(commit(writes, writeId)),
    },
    writes: () => written,
    replaceWith: (next) => void (items = new Map(next)),
    backup: () => new Map(items),
  }
}
