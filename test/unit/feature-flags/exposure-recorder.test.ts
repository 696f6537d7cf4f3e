import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FlagDefinition } from '../../../shared/feature-flags/flag-definition.ts'
import { flagClient } from '../../../shared/feature-flags/open-flags.ts'
import { Problem } from '../../../shared/kernel/errors.ts'
import type { Table } from '../../../shared/kernel/table/table.ts'
import { manualEffects } from '../../support/effects.ts'
import { memoryTable } from '../../support/memory-table.ts'
import { capturedOutput } from '../../support/output.ts'

const output = capturedOutput()

const KEYS = ['a', 'b', 'c']
const flags = KEYS.map((key) => FlagDefinition.parse({ key, status: 'percentage', percentage: 50 }))

/** What the table does with a write: takes it, takes it and loses the answer, or does not hear of it. */
type Weather = 'fine' | 'answers lost' | 'down'

function container() {
  const effects = manualEffects()
  const memory = memoryTable()
  const world = { weather: 'fine' as Weather, commits: 0, largest: 0 }
  const table: Table = {
    ...memory.table,
    commit: async (writes, writeId) => {
      world.commits += 1
      world.largest = Math.max(world.largest, JSON.stringify(writes).length)
      if (world.weather === 'down') throw new Problem('unavailable')
      const result = await memory.table.commit(writes, writeId)
      if (world.weather === 'answers lost') throw new Problem('unavailable')
      return result
    },
  }
  const counted = (): number =>
    [...memory.backup().values()]
      .flatMap((item) => Object.entries(item))
      .reduce((sum, [name, value]) => (name.startsWith('count:') ? sum + Number(value) : sum), 0)
  return { effects, memory, world, counted, client: flagClient({ table, effects, flags }) }
}

describe('evaluations', () => {
  it('cause one write a minute for each flag, and none of their own', async () => {
    const { client, memory, effects, world } = container()
    for (let second = 0; second < 600; second += 1) {
      await client.refresh()
      for (let n = 0; n < 100; n += 1) client.boolean('a', { targetingKey: `user-${n}` }, false)
      effects.advance(1_000)
    }
    expect(world.commits).toBe(10)
    // The flag's hour and a sample of contexts; and once an hour that the flag is in use.
    expect(memory.writes()).toBe(10 * 2 + 1)
  })

  it('are counted once each, whatever becomes of the writes and however long it lasts', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ key: fc.constantFrom(...KEYS), user: fc.nat({ max: 50 }) }) },
      { weight: 3, arbitrary: fc.record({ seconds: fc.constantFrom(1, 61, 700, 7_200) }) },
      {
        weight: 2,
        arbitrary: fc.record({ weather: fc.constantFrom<Weather>('fine', 'answers lost', 'down') }),
      },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120 }), async (steps) => {
        const { client, effects, world, counted } = container()
        let evaluated = 0
        for (const played of steps) {
          if ('weather' in played) world.weather = played.weather
          if ('seconds' in played) {
            effects.advance(played.seconds * 1_000)
            await client.refresh()
          }
          if ('key' in played) {
            client.boolean(played.key, { targetingKey: `user-${played.user}` }, false)
            evaluated += 1
          }
        }
        world.weather = 'fine'
        await client.flush()
        expect(counted()).toBe(evaluated)
      }),
      { numRuns: 200 },
    )
  })

  it('take no more memory while the table is away, and neither does what is written then', async () => {
    const { client, effects, world, counted } = container()
    world.weather = 'answers lost'
    const big = 'x'.repeat(1_500)
    for (let minute = 0; minute < 600; minute += 1) {
      await client.refresh()
      for (const key of KEYS) client.boolean(key, { targetingKey: `user-${minute}`, big }, false)
      effects.advance(60_000)
    }
    expect(world.largest).toBeLessThan(50_000)
    world.weather = 'fine'
    await client.flush()
    expect(counted()).toBe(600 * KEYS.length)
  })

  it('leave out contexts that are large, or that cannot be written down', async () => {
    const { client, memory } = container()
    client.boolean('a', { targetingKey: 'small' }, false)
    await client.flush()
    client.boolean('a', { targetingKey: 'large', big: 'x'.repeat(3_000) }, false)
    await client.flush()
    const texts = [...memory.backup().values()].map(({ contexts }) => contexts)
    expect(texts).toContain('[{"targetingKey":"small"}]')
    expect(texts.join('')).not.toContain('large')
  })

  it('that the table refuses for good are given up, so that those after them are counted', async () => {
    const { memory, counted, effects } = container()
    let refusals = 1
    const commit: Table['commit'] = (...write) => {
      refusals -= 1
      return refusals < 0 ? memory.table.commit(...write) : Promise.reject(new Problem('internal'))
    }
    const client = flagClient({ table: { ...memory.table, commit }, effects, flags })
    client.boolean('a', { targetingKey: 'ada' }, false)
    await client.flush()
    expect(output()).toHaveLength(1)
    client.boolean('b', { targetingKey: 'ada' }, false)
    await client.flush()
    expect(counted()).toBe(1)
  })
})

describe('a refresh', () => {
  it('is not held up by writes that hang', async () => {
    const { memory, effects } = container()
    const table = { ...memory.table, commit: () => new Promise<never>(() => undefined) }
    const client = flagClient({ table, effects, flags })
    client.boolean('a', { targetingKey: 'ada' }, false)
    const refreshing = client.refresh()
    for (let turn = 0; turn < 10; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      effects.advance(50)
    }
    await expect(refreshing).resolves.toBeUndefined()
  })
})
