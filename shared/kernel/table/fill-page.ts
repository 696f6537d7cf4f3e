import type { IndexName, Page, QueryInput } from './types.ts'

/** A page with the items as they are stored. */
export type RawPage = Page<Readonly<Record<string, unknown>>>

/** How many pages are read for one page of a filtered list. */
const PATIENCE_PAGES = 10

/** Filtered lists read more at once than they return, since most of it may be filtered out. */
const FILTERED_PAGE_ITEMS = 200

/** Where a list goes on after this item. */
function positionAfter(
  item: Readonly<Record<string, unknown>>,
  index: IndexName | undefined,
): Record<string, unknown> {
  const names = index === undefined ? ['pk', 'sk'] : ['pk', 'sk', `${index}pk`, `${index}sk`]
  return Object.fromEntries(names.map((name) => [name, item[name]]))
}

/**
 * DynamoDB filters after it has counted to the limit, so a filtered page may come back short or empty. This reads on.
 * @param query reads one page
 * @returns at most `input.limit` items, and where to go on
 */
export async function fillPage(
  query: (input: QueryInput) => Promise<RawPage>,
  input: QueryInput,
): Promise<RawPage> {
  if (Object.keys(input.where ?? {}).length === 0) return query(input)
  const items: Readonly<Record<string, unknown>>[] = []
  let next = input.startAfter
  for (let page = 0; page < PATIENCE_PAGES; page += 1) {
    const read = await query({
      ...input,
      limit: FILTERED_PAGE_ITEMS,
      ...(next === undefined ? {} : { startAfter: next }),
    })
    items.push(...read.items)
    next = read.next
    if (items.length >= input.limit || next === undefined) break
  }
  const kept = items.slice(0, input.limit)
  const last = kept.at(-1)
  const position = items.length > kept.length && last !== undefined ? positionAfter(last, input.index) : next
  return { items: kept, ...(position === undefined ? {} : { next: position }) }
}
