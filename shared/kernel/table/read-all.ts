import type { Table } from './table.ts'
import type { Page, QueryInput } from './types.ts'

/** DynamoDB ends a page at 1 MB by itself, mostly long before this many. */
const PAGE_ITEMS = 1_000

/**
 * Reads a range page by page to its end.
 * @param atMost how many items to stop at; all when absent
 */
export async function readAll<T>(
  table: Pick<Table, 'query'>,
  range: Omit<QueryInput, 'limit' | 'startAfter'>,
  atMost = Infinity,
): Promise<readonly T[]> {
  const items: T[] = []
  let startAfter: QueryInput['startAfter']
  do {
    const limit = Math.min(PAGE_ITEMS, atMost - items.length)
    const page: Page<T> = await table.query<T>({ ...range, limit, ...(startAfter && { startAfter }) })
    items.push(...page.items)
    startAfter = page.next
  } while (startAfter !== undefined && items.length < atMost)
  return items
}
