import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LOCAL_CREDENTIALS, REGION, TABLE_NAME } from '../../../local/stack/names.ts'
import { startDynamoDb, type RunningDynamoDb } from '../../../local/emulators/dynamodb.ts'
import { ensureTable } from '../../../local/stack/table.ts'
import { openCounters, type CounterUpdate } from '../../../shared/kernel/table/counters.ts'
import { memoryCounters } from '../../support/memory-counters.ts'

let emulator: RunningDynamoDb
let client: DynamoDBClient

beforeAll(async () => {
  emulator = await startDynamoDb()
  client = new DynamoDBClient({ endpoint: emulator.url, region: REGION, credentials: LOCAL_CREDENTIALS })
  await ensureTable(client, TABLE_NAME)
}, 30_000)

afterAll(async () => {
  client.destroy()
  await emulator.stop()
})

const NAMES = ['aB1', 'aB2', 'aB3', 'ka', 'expiresAt']
const name = fc.constantFrom(...NAMES)
const amount = fc.integer({ min: -6, max: 9 })
const numbers = fc.dictionary(name, amount, { maxKeys: 2 })

/** No name in two clauses, something to add, something to ask: else the table refuses to look at it. */
const updates: fc.Arbitrary<Omit<CounterUpdate, 'key'>> = fc
  .record({
    add: fc.dictionary(name, amount, { minKeys: 1, maxKeys: 3 }),
    set: numbers,
    remove: fc.uniqueArray(name, { maxLength: 2 }),
    atMost: numbers,
    atLeast: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: numbers }),
    texts: fc.constantFrom({ ov: undefined }, { ov: undefined }, { ov: 'never written' }),
  })
  .map(({ add, set, remove, ...rest }) => {
    const assigned = Object.entries(set).filter(([one]) => !(one in add))
    const left = remove.filter((one) => !(one in add) && !assigned.some(([other]) => other === one))
    return { ...rest, add, set: Object.fromEntries(assigned), remove: left }
  })

test('the counters in memory answer to any updates as the table does', async () => {
  const table = openCounters(client, TABLE_NAME)
  let items = 0
  let refusals = 0
  await fc.assert(
    fc.asyncProperty(fc.array(updates, { minLength: 1, maxLength: 12 }), async (sequence) => {
      items += 1
      const memory = memoryCounters()
      const key = { pk: `RL#memory#user#${items}`, sk: 'C' }
      for (const update of sequence) {
        const told = await table({ ...update, key })
        if (!told.applied) refusals += 1
        expect(await memory.update({ ...update, key })).toEqual(told)
      }
    }),
    { numRuns: 150 },
  )
  expect(refusals).toBeGreaterThan(100)
})
