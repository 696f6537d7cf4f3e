import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import type { Write } from '../../../shared/kernel/table/types.ts'
import { manualEffects } from '../../support/effects.ts'
import { rejectionOf } from '../../support/problem.ts'
import { consumedCapacity } from '../../support/capacity.ts'
import { testTable } from '../../support/table.ts'

const effects = manualEffects(0, 'immediate')
const started = testTable(effects)
afterEach(() => started().faults.clear())

const { id } = systemEffects
const newKey = () => ({ pk: `TEST#${id()}`, sk: 'A' })
const put = (key: { pk: string; sk: string }, rest: object = {}): Write => ({
  kind: 'put',
  item: { ...key, ...rest },
  expect: { absent: true },
})
const next = (key: { pk: string; sk: string }, version: number, rest: object = {}): Write => ({
  kind: 'put',
  item: { ...key, ...rest, version: version + 1 },
  expect: { version },
})

interface Stored {
  readonly version?: number
  readonly by?: string
  readonly hits?: number
}
const read = (key: { pk: string; sk: string }) => started().table.get<Stored>(key)

describe('a commit', () => {
  it('is all or nothing', async () => {
    const [fresh, taken, third] = [newKey(), newKey(), newKey()]
    const { table } = started()
    await table.commit([put(taken)], id())
    expect(await table.commit([put(fresh), put(taken), put(third)], id())).toEqual({
      committed: false,
      conflicts: [1],
    })
    expect(await read(fresh)).toBeUndefined()
    expect(await read(third)).toBeUndefined()
  })

  it('says every write whose expectation failed', async () => {
    const [one, two] = [newKey(), newKey()]
    const { table } = started()
    const writes: Write[] = [
      { kind: 'update', key: one, set: { a: 1 }, expect: { present: true } },
      { kind: 'check', key: two, expect: { absent: true } },
      { kind: 'delete', key: two, expect: { version: 1 } },
    ]
    const [, , last] = writes
    if (last === undefined) throw new Error('There are three writes.')
    expect(await table.commit(writes.slice(0, 2), id())).toMatchObject({ conflicts: [0] })
    expect(await table.commit([last], id())).toEqual({ committed: false, conflicts: [0] })
  })

  it('puts, updates, removes, adds, checks and deletes', async () => {
    const [one, two] = [newKey(), newKey()]
    const { table } = started()
    await table.commit([put(one, { version: 1, gone: true, hits: 1 }), put(two)], id())
    const update: Write = {
      kind: 'update',
      key: one,
      set: { by: 'ada', version: 2, nothing: undefined },
      remove: ['gone'],
      add: { hits: 2 },
      expect: { version: 1 },
    }
    const rest: Write[] = [{ kind: 'delete', key: two, expect: { present: true } }]
    expect(await table.commit([update, ...rest], id())).toEqual({ committed: true })
    expect(await read(one)).toEqual({ by: 'ada', version: 2, hits: 3 })
    expect(await read(two)).toBeUndefined()
    const check: Write = { kind: 'check', key: one, expect: { version: 2 } }
    expect(await table.commit([check, put(two)], id())).toEqual({ committed: true })
  })

  it('leaves out what is undefined, and shows stores nothing of its own attributes', async () => {
    const key = newKey()
    await started().table.commit(
      [put(key, { a: undefined, b: { c: undefined, d: 1 }, expiresAt: 9, gsi1pk: 'x', gsi1sk: 'y' })],
      id(),
    )
    expect(await read(key)).toEqual({ b: { d: 1 } })
  })

  it.each<[string, object]>([
    ['alone', {}],
    ['in a transaction', { more: true }],
  ])(
    'of what is no data fails %s as the mistake that it is, and not as an outage',
    async (_how, { more = false }: { more?: boolean }) => {
      const writes = [put(newKey(), { value: { constructor: 1 } }), ...(more ? [put(newKey())] : [])]
      await expect(started().table.commit(writes, id())).rejects.toThrow('Unsupported type passed')
    },
  )

  it('lets one of two writers win who have read the same version', async () => {
    const key = newKey()
    const { table } = started()
    await table.commit([put(key, { version: 1 })], id())
    const results = await Promise.all(
      ['ada', 'grace'].map(async (by) => ({ by, ...(await table.commit([next(key, 1, { by })], id())) })),
    )
    const winners = results.filter((result) => result.committed)
    expect(winners).toHaveLength(1)
    expect(await read(key)).toEqual({ version: 2, by: winners[0]?.by })
  })

  it('loses no increment, however many writers retry on conflict', async () => {
    const key = newKey()
    const { table } = started()
    await table.commit([put(key, { version: 0 })], id())
    const increment = async (): Promise<number> => {
      for (let conflicts = 0; ; conflicts += 1) {
        const { version = 0 } = (await read(key)) ?? {}
        const { committed } = await table.commit([next(key, version), put(newKey())], id())
        if (committed) return conflicts
      }
    }
    const conflicts = await Promise.all(Array.from({ length: 8 }, increment))
    expect(await read(key)).toEqual({ version: 8 })
    expect(conflicts).toHaveLength(8)
  })

  it('costs one unit for one item, and two for each of several', async () => {
    const { table, client } = started()
    const units = consumedCapacity(client)
    const key = newKey()
    expect(await units(() => table.commit([put(key, { version: 1 })], id()))).toBe(1)
    expect(await units(() => table.commit([next(key, 1)], id()))).toBe(1)
    const update: Write = { kind: 'update', key, set: { a: 1 }, expect: { present: true } }
    expect(await units(() => table.commit([update], id()))).toBe(1)
    expect(await units(() => table.commit([put(newKey()), put(newKey())], id()))).toBe(4)
  })
})

/** Each kind of commit: alone and in a transaction. */
const kinds: readonly (readonly [
  string,
  (key: { pk: string; sk: string }) => readonly Write[],
  Stored | undefined,
])[] = [
  ['a new item', (key) => [next(key, 1, { by: 'ada' })], { version: 2, by: 'ada' }],
  [
    'an update',
    (key) => [{ kind: 'update', key, set: { version: 2, by: 'ada' }, expect: { version: 1 } }],
    { version: 2, by: 'ada' },
  ],
  [
    'a sum',
    (key) => [{ kind: 'update', key, add: { hits: 1 }, expect: { anything: true } }],
    { version: 1, hits: 1 },
  ],
  ['a deletion', (key) => [{ kind: 'delete', key, expect: { version: 1 } }], undefined],
  ['a transaction', (key) => [next(key, 1, { by: 'ada' }), put(newKey())], { version: 2, by: 'ada' }],
  [
    'a sum in a transaction',
    (key) => [{ kind: 'update', key, add: { hits: 1 }, expect: { anything: true } }, put(newKey())],
    { version: 1, hits: 1 },
  ],
]

describe('a commit on a bad network', () => {
  it.each(kinds)('succeeds once when the reply is lost: %s', async (_kind, writes, after) => {
    const { table, faults } = started()
    const key = newKey()
    await table.commit([put(key, { version: 1 })], id())
    await faults.set({ dropAfterCommit: true, times: 2 })
    const before = faults.counters.dropped
    expect(await table.commit(writes(key), id())).toEqual({ committed: true })
    expect(faults.counters.dropped).toBe(before + 2)
    expect(await read(key)).toEqual(after)
  })

  it.each([
    ['answers 500', { status: 500 as const, times: 2 }],
    ['answers 503', { status: 503 as const, times: 2 }],
    ['is throttled', { throttle: true, times: 2 }],
    ['cuts connections', { dropBefore: true, times: 2 }],
  ])('succeeds when DynamoDB %s twice', async (_what, faultsInForce) => {
    const { table, faults } = started()
    const key = newKey()
    await faults.set(faultsInForce)
    expect(await table.commit([put(key, { version: 1 })], id())).toEqual({ committed: true })
    expect(await read(key)).toEqual({ version: 1 })
  })

  it('gives up waiting for an answer, and succeeds with the next try', async () => {
    const { table, faults } = started()
    const key = newKey()
    await faults.set({ blackhole: true, times: 1 })
    expect(await table.commit([put(key, { version: 1 })], id())).toEqual({ committed: true })
    expect(await read(key)).toEqual({ version: 1 })
  })

  it('is a 503 with its cause when DynamoDB stays away', async () => {
    const { table, faults } = started()
    await faults.set({ down: true })
    const key = newKey()
    for (const call of [
      () => table.commit([put(key)], id()),
      () => table.get(key),
      () => table.getMany([key]),
      () => table.query({ partition: key.pk, limit: 1 }),
    ]) {
      const problem = await rejectionOf(call)
      expect(problem.code).toBe('unavailable')
      expect(problem.cause).toBeInstanceOf(Error)
    }
  })

  it('is a conflict, and not a success, when it was another writer who was first', async () => {
    const { table, faults } = started()
    const key = newKey()
    await table.commit([put(key, { version: 1 })], id())
    await table.commit([next(key, 1, { by: 'grace' })], id())
    await faults.set({ dropAfterCommit: true, times: 1 })
    expect(await table.commit([next(key, 1, { by: 'ada' })], id())).toEqual({
      committed: false,
      conflicts: [0],
    })
    expect(await read(key)).toEqual({ version: 2, by: 'grace' })
  })

  it('happens exactly once whatever happens to the replies', async () => {
    const { reopened, faults } = started()
    const faulty = fc.constantFrom(
      { dropAfterCommit: true },
      { dropBefore: true },
      { status: 500 as const },
      { status: 503 as const },
    )
    const scenario = fc.record({
      fault: faulty,
      times: fc.integer({ min: 1, max: 3 }),
      together: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(scenario, async ({ fault, times, together }) => {
        const [key, table] = [newKey(), reopened()]
        const others = together ? [put(newKey())] : []
        const sum: Write = { kind: 'update', key, add: { hits: 1 }, expect: { anything: true } }
        await faults.set({ ...fault, times })
        expect(await table.commit([sum, ...others], id())).toEqual({ committed: true })
        await faults.clear()
        expect(await read(key)).toEqual({ hits: 1 })
      }),
      { numRuns: 12 },
    )
  }, 30_000)
})
