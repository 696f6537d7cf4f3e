import type { Cursors } from '../kernel/cursor.ts'
import type { Table } from '../kernel/table/table.ts'
import type { QueryInput } from '../kernel/table/types.ts'

/** One part of a list: a partition, and what of it is wanted. */
export type ListPart = Omit<QueryInput, 'limit' | 'startAfter' | 'newestFirst'>

/** What a list shows: its parts one after the other, each newest first. */
export interface LimitList<T> {
  readonly parts: readonly ListPart[]
  /** What no condition of the table can say, because it depends on the time. */
  readonly keep: (item: T) => boolean
  /** The list and its filters; a cursor opens only within the same scope. */
  readonly scope: string
}

/** Where a list goes on: in which part, after which item. */
interface Position {
  readonly part: number
  readonly startAfter?: Readonly<Record<string, unknown>>
}

/** What these lists sealed, they can trust. */
const asPosition = (sealed: unknown) => sealed as Position

/** After this many reads a page is handed out as short as it is. */
const MAX_READS = 20

/** Reads one page. It may be short; only the last has no cursor. */
export async function readList<T>(
  table: Table,
  list: LimitList<T>,
  limit: number,
  cursors: Cursors,
  cursor?: string,
): Promise<{ readonly items: readonly T[]; readonly nextCursor?: string }> {
  const { scope } = list
  let position: Position | undefined =
    cursor === undefined ? { part: 0 } : asPosition(cursors.open(cursor, scope))
  const items: T[] = []
  for (let reads = 0; position !== undefined && items.length < limit && reads < MAX_READS; reads += 1) {
    const read: Read<T> = await readPart(table, list, position, limit - items.length)
    items.push(...read.items)
    position = read.next
  }
  return { items, ...(position === undefined ? {} : { nextCursor: cursors.seal({ ...position }, scope) }) }
}

interface Read<T> {
  readonly items: readonly T[]
  readonly next: Position | undefined
}

async function readPart<T>(
  table: Table,
  { parts, keep }: LimitList<T>,
  { part, startAfter }: Position,
  limit: number,
): Promise<Read<T>> {
  const query = parts[part]
  if (query === undefined) return { items: [], next: undefined }
  const page = await table.query<T>({
    ...query,
    newestFirst: true,
    limit,
    ...(startAfter === undefined ? {} : { startAfter }),
  })
  const items = page.items.filter(keep)
  if (page.next !== undefined) return { items, next: { part, startAfter: page.next } }
  return { items, next: part + 1 < parts.length ? { part: part + 1 } : undefined }
}
