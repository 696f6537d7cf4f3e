import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillPage, type RawPage } from '../../../shared/kernel/table/fill-page.ts'
import type { QueryInput } from '../../../shared/kernel/table/types.ts'

const sortKey = (position: number) => String(position).padStart(6, '0')

/** A partition as DynamoDB reads it: filters after it has counted to the limit. */
function partition(matches: readonly boolean[]) {
  let reads = 0
  const query = async ({ limit, startAfter }: QueryInput): Promise<RawPage> => {
    reads += 1
    const start = startAfter === undefined ? 0 : Number(startAfter['sk']) + 1
    const end = start + limit
    const items = matches.flatMap((matching, position) =>
      matching && position >= start && position < end
        ? [{ pk: 'A', sk: sortKey(position), gsi1pk: 'G', gsi1sk: `g${position}` }]
        : [],
    )
    return { items, ...(end < matches.length ? { next: { pk: 'A', sk: sortKey(end - 1) } } : {}) }
  }
  return { query, reads: () => reads }
}

const filtered = { partition: 'A', where: { wanted: true } } as const

describe('a page of a filtered list', () => {
  it('neither loses nor repeats an item over all pages, whatever is filtered out', async () => {
    const lists = fc
      .array(fc.boolean(), { maxLength: 60 })
      .map((few) => few.flatMap((one) => [one, false, one]))
    await fc.assert(
      fc.asyncProperty(lists, fc.integer({ min: 1, max: 7 }), async (matches, limit) => {
        const { query } = partition(matches)
        const seen: unknown[] = []
        let startAfter: QueryInput['startAfter']
        do {
          const page = await fillPage(query, { ...filtered, limit, ...(startAfter ? { startAfter } : {}) })
          expect(page.items.length).toBeLessThanOrEqual(limit)
          seen.push(...page.items.map((item) => item['sk']))
          startAfter = page.next
        } while (startAfter !== undefined)
        const wanted = matches.flatMap((one, position) => (one ? [sortKey(position)] : []))
        expect(seen).toEqual(wanted)
      }),
    )
  })

  it('is full although most of what was read did not match', async () => {
    const matches = Array.from({ length: 1_500 }, (_, position) => position % 250 === 249)
    const { query, reads } = partition(matches)
    const page = await fillPage(query, { ...filtered, limit: 3 })
    expect(page.items.map((item) => item['sk'])).toEqual([249, 499, 749].map(sortKey))
    expect(reads()).toBe(4)
  })

  it('goes on in an index with the keys of the index', async () => {
    const { query } = partition([true, true, true])
    const page = await fillPage(query, { ...filtered, index: 'gsi1', limit: 2 })
    expect(page.next).toEqual({ pk: 'A', sk: sortKey(1), gsi1pk: 'G', gsi1sk: 'g1' })
  })

  it('comes back short, and says where to go on, when nothing matches for long', async () => {
    const { query, reads } = partition(Array.from({ length: 5_000 }, () => false))
    const page = await fillPage(query, { ...filtered, limit: 3 })
    expect(page).toEqual({ items: [], next: { pk: 'A', sk: sortKey(1_999) } })
    expect(reads()).toBe(10)
  })

  it('is read at once when there is no filter', async () => {
    const { query, reads } = partition([true, true, true])
    const page = await fillPage(query, { partition: 'A', where: {}, limit: 2 })
    expect(page.items).toHaveLength(2)
    expect(reads()).toBe(1)
  })
})
