import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import type { Page, QueryInput, Write } from '../../../shared/kernel/table/types.ts'
import { manualEffects } from '../../support/effects.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(manualEffects(0, 'immediate'))
const { id } = systemEffects

interface Row {
  readonly n: number
  readonly colour: string
}

async function write(writes: readonly Write[]): Promise<void> {
  for (let start = 0; start < writes.length; start += 100) {
    await started().table.commit(writes.slice(start, start + 100), id())
  }
}

async function everyPage(input: QueryInput): Promise<Row[]> {
  const rows: Row[] = []
  let next: Page<Row>['next']
  do {
    const page = await started().table.query<Row>({
      ...input,
      ...(next === undefined ? {} : { startAfter: next }),
    })
    expect(page.items.length).toBeLessThanOrEqual(input.limit)
    rows.push(...page.items)
    next = page.next
  } while (next !== undefined)
  return rows
}

const COLOURS = ['red', 'green', 'blue']
const ROWS = 120
const partition = `TEST#${id()}`
const index = `INDEX#${id()}`
const colourOf = (n: number) => COLOURS[((n * n) % 7) % 3] ?? 'red'
const sortKey = (n: number) => String(n).padStart(4, '0')

beforeAll(async () => {
  await write(
    Array.from({ length: ROWS }, (_, n) => ({
      kind: 'put' as const,
      item: {
        pk: partition,
        sk: sortKey(n),
        // Ties in the index, as when two things happen in the same millisecond.
        gsi1pk: index,
        gsi1sk: sortKey(Math.floor(n / 4)),
        n,
        colour: colourOf(n),
      },
      expect: { absent: true as const },
    })),
  )
})

const numbers = async (input: Partial<QueryInput>) =>
  (await everyPage({ partition, limit: 50, ...input })).map((row) => row.n)

describe('paging through a partition', () => {
  it('neither loses nor repeats an item, whatever the filter, the order and the page size', async () => {
    const asked = fc.record({
      limit: fc.integer({ min: 1, max: 50 }),
      newestFirst: fc.boolean(),
      colour: fc.option(fc.constantFrom(...COLOURS, 'none'), { nil: undefined }),
      onIndex: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(asked, async ({ limit, newestFirst, colour, onIndex }) => {
        const rows = await everyPage({
          ...(onIndex ? { index: 'gsi1', partition: index } : { partition }),
          limit,
          newestFirst,
          ...(colour === undefined ? {} : { where: { colour } }),
        })
        const wanted = Array.from({ length: ROWS }, (_, n) => n).filter(
          (n) => colour === undefined || colourOf(n) === colour,
        )
        expect(rows.map((row) => row.n).sort((a, b) => a - b)).toEqual(wanted)
        const inOrder = rows.map((row) => (onIndex ? Math.floor(row.n / 4) : row.n))
        expect(inOrder).toEqual([...inOrder].sort((a, b) => (newestFirst ? b - a : a - b)))
      }),
      { numRuns: 25 },
    )
  }, 30_000)

  it('reads a range with both of its ends, or a prefix', async () => {
    expect(await numbers({ sortBetween: ['0007', '0009'] })).toEqual([7, 8, 9])
    expect(await numbers({ sortBeginsWith: '001' })).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
    expect(await numbers({ sortBeginsWith: '9' })).toEqual([])
    expect(await numbers({ sortBetween: ['0118', '9'], consistent: true, newestFirst: true })).toEqual([
      119, 118,
    ])
  })

  it('ends with a page that says so', async () => {
    const page = await started().table.query<Row>({ partition, limit: ROWS + 1 })
    expect(page.items).toHaveLength(ROWS)
    expect(page.next).toBeUndefined()
  })
})

describe('reading by key', () => {
  it('finds more than 100 items at once, and leaves out what is not there', async () => {
    const keys = Array.from({ length: 205 }, (_, n) => ({ pk: partition, sk: sortKey(n) }))
    const found = await started().table.getMany<Row>(keys)
    expect(found.map(({ item }) => item.n).sort((a, b) => a - b)).toEqual(
      Array.from({ length: ROWS }, (_, n) => n),
    )
    expect(found.every(({ key, item }) => key.sk === sortKey(item.n))).toBe(true)
  })

  it('finds nothing when nothing is asked for', async () => {
    expect(await started().table.getMany([])).toEqual([])
  })

  it('reads one item, consistently or at half the price', async () => {
    const key = { pk: partition, sk: sortKey(1) }
    expect(await started().table.get(key)).toEqual({ n: 1, colour: colourOf(1) })
    expect(await started().table.get(key, { consistent: false })).toEqual({ n: 1, colour: colourOf(1) })
    expect(await started().table.get({ pk: partition, sk: 'none' })).toBeUndefined()
  })
})
