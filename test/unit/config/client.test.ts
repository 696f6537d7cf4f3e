import middy from '@middy/core'
import { describe, expect, it } from 'vitest'
import { createEntry, decide, liveEntry } from '../../../shared/config/change-entry.ts'
import { configStore } from '../../../shared/config/entry-store.ts'
import { Entry } from '../../../shared/config/entry.ts'
import { freshConfig } from '../../../shared/config/middleware.ts'
import { configClient } from '../../../shared/config/open-config.ts'
import { TTL_MS } from '../../../shared/kernel/live-set/live-reader.ts'
import { manualEffects } from '../../support/effects.ts'
import { lambdaContext } from '../../support/lambda-context.ts'
import { memoryTable } from '../../support/memory-table.ts'
import { capturedOutput } from '../../support/output.ts'

capturedOutput()

const entryOf = (key: string, schema: object, value: unknown): Entry =>
  Entry.parse({ key, description: 'For a test', schema, default: value })

const list = { type: 'array', items: { type: 'integer' } }
const entries = [
  entryOf('open', { type: 'boolean' }, true),
  entryOf('size', { type: 'integer', maximum: 100 }, 5),
  entryOf('share', { type: 'number' }, 0.5),
  entryOf('name', { type: 'string' }, 'ada'),
  entryOf('steps', list, [1, 2]),
]

const actor = { kind: 'user', id: 'user-1', name: 'ada' } as const
const author = { name: 'ada', at: 0 }

function container() {
  const effects = manualEffects()
  const memory = memoryTable()
  const mood = { isDown: false }
  const table = {
    ...memory.table,
    get: <T>(...question: Parameters<typeof memory.table.get>) =>
      mood.isDown ? Promise.reject(new Error('Down.')) : memory.table.get<T>(...question),
  }
  const store = configStore(memory.table, effects, entries)
  /** Sets a value; `undefined` creates the key. */
  const set = async (key: string, value: unknown, created = entryOf(key, { type: 'string' }, 'new')) => {
    const state = await store.read()
    const known = await store.get(key)
    const live = liveEntry(known)
    const decision = live
      ? decide(live, { action: 'config.set', value }, author)
      : createEntry(known, created, author)
    if (decision === 'taken') throw new Error('It is there already.')
    await store.commit(store.writesOf(state, [decision], { actor, now: 0 }))
  }
  return { effects, mood, set, client: configClient({ table, entries, effects }) }
}

/** Turns of the event loop after which whatever can happen without the clock has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** Whatever a caller without types may pass. */
const asKey = (key: unknown) => key as string

describe('a value', () => {
  it('is what was set, and the default of the definition until then', async () => {
    const { client, set } = container()
    await set('size', 7)
    await set('open', false)
    await client.refresh()
    expect(client.number('size')).toBe(7)
    expect(client.boolean('open', true)).toBe(false)
    expect(client.number('share')).toBe(0.5)
    expect(client.string('name')).toBe('ada')
    expect(client.json('steps')).toEqual([1, 2])
  })

  it('of a key that was created at run time is there too', async () => {
    const { client, set } = container()
    await set('extra', undefined)
    await client.refresh()
    expect(client.string('extra', 'none')).toBe('new')
  })

  it('is the fallback where there is no such key, or none of this type', async () => {
    const { client } = container()
    await client.refresh()
    expect(client.number('unknown', 3)).toBe(3)
    expect(client.number('unknown')).toBeUndefined()
    expect(client.boolean('size', true)).toBe(true)
    expect(client.string('open', 'none')).toBe('none')
    expect(client.number('name')).toBeUndefined()
    expect(client.json('size', {})).toEqual({})
    expect(client.json('size')).toBeUndefined()
  })

  it('that is a list or an object may be changed by whoever has asked for it', async () => {
    const { client } = container()
    const first = client.json('steps')
    if (Array.isArray(first)) first.push(3)
    expect(first).toEqual([1, 2, 3])
    expect(client.json('steps')).toEqual([1, 2])
  })

  it.each([[undefined], [null], [Symbol('key')], [{ toString: null }], ['__proto__'], ['constructor']])(
    'never throws, whatever the key is: %#',
    (key) => {
      const { client } = container()
      expect(client.boolean(asKey(key), true)).toBe(true)
      expect(client.json(asKey(key), 'none')).toBe('none')
    },
  )
})

describe('a container', () => {
  it('that has read nothing yet goes by the definitions, and says so', async () => {
    const { client } = container()
    expect(client.number('size')).toBe(5)
    expect(client).toMatchObject({ isStale: true, version: 0 })
    await client.refresh()
    expect(client.isStale).toBe(false)
  })

  it('whose table is away keeps what it knew, and says so, until the table is back', async () => {
    const { client, set, mood, effects } = container()
    await set('size', 7)
    await client.refresh()
    mood.isDown = true
    effects.advance(TTL_MS)
    await client.refresh()
    expect(client.number('size')).toBe(7)
    expect(client).toMatchObject({ isStale: true, version: 1 })
    mood.isDown = false
    await set('size', 8)
    effects.advance(TTL_MS)
    await client.refresh()
    expect(client.number('size')).toBe(8)
    expect(client).toMatchObject({ isStale: false, version: 2 })
  })

  it('in an invocation that takes long asks by itself', async () => {
    const { client, set, effects } = container()
    await client.refresh()
    await set('size', 7)
    effects.advance(TTL_MS + 1)
    await settled()
    expect(client.number('size')).toBe(5)
    await settled()
    expect(client.number('size')).toBe(7)
  })

  it('with the middleware knows before its handler runs', async () => {
    const { client, set } = container()
    await set('size', 7)
    const handler = middy(async () => client.number('size')).use(freshConfig(client))
    expect(await handler({}, lambdaContext())).toBe(7)
  })

  it('ignores what its own definitions do not let in', async () => {
    const { client, set } = container()
    await set('size', 101)
    await client.refresh()
    expect(client.number('size')).toBe(5)
  })
})
