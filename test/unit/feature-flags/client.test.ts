import { describe, expect, it } from 'vitest'
import type { EvaluationContext } from '../../../shared/feature-flags/context.ts'
import { FlagDefinition } from '../../../shared/feature-flags/flag-definition.ts'
import { freshFlags } from '../../../shared/feature-flags/middleware.ts'
import { flagClient } from '../../../shared/feature-flags/open-flags.ts'
import { TTL_MS } from '../../../shared/kernel/live-set/live-reader.ts'
import { markWrite } from '../../../shared/kernel/live-set/live-set.ts'
import { manualEffects } from '../../support/effects.ts'
import { lambdaContext } from '../../support/lambda-context.ts'
import { memoryTable } from '../../support/memory-table.ts'
import { capturedOutput } from '../../support/output.ts'
import middy from '@middy/core'

capturedOutput()

const flags = [
  FlagDefinition.parse({ key: 'kill', category: 'killswitch' }),
  FlagDefinition.parse({ key: 'half', status: 'percentage', percentage: 50 }),
  FlagDefinition.parse({
    key: 'text',
    type: 'string',
    status: 'enabled',
    variants: { a: 'A', b: 'B' },
    on: 'a',
    off: 'b',
    rules: [{ when: [{ attribute: 'plan', operator: 'in', values: ['pro'] }], variant: 'b' }],
  }),
  FlagDefinition.parse({
    key: 'size',
    type: 'number',
    status: 'enabled',
    variants: { big: 2, small: 1 },
    on: 'big',
    off: 'small',
  }),
  FlagDefinition.parse({
    key: 'layout',
    type: 'json',
    status: 'enabled',
    variants: { wide: { columns: [1, 2] }, none: null },
    on: 'wide',
    off: 'none',
  }),
]

function container() {
  const effects = manualEffects()
  const memory = memoryTable()
  const mood = { isDown: false }
  const table = {
    ...memory.table,
    get: <T>(...question: Parameters<typeof memory.table.get>) =>
      mood.isDown ? Promise.reject(new Error('Down.')) : memory.table.get<T>(...question),
  }
  const kill = (isOn: boolean) => memory.table.commit([markWrite('flag-live', { kill: isOn })], effects.id())
  return { effects, memory, mood, kill, client: flagClient({ table, effects, flags }) }
}

/** Turns of the event loop after which whatever can happen without the clock has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/** Whatever a caller without types may pass. */
const asContext = (context: unknown) => context as EvaluationContext
const asKey = (key: unknown) => key as string

describe('a value', () => {
  it('is of the type that was asked for', async () => {
    const { client } = container()
    await client.refresh()
    const ada = { targetingKey: 'ada', plan: 'pro' }
    expect(client.boolean('kill', ada, true)).toBe(false)
    expect(client.string('text', ada, 'none')).toBe('B')
    expect(client.number('size', ada, 0)).toBe(2)
    expect(client.json('layout', ada, {})).toEqual({ columns: [1, 2] })
  })

  it('is the fallback where there is no flag, none of this type, or nobody to evaluate it for', async () => {
    const { client } = container()
    await client.refresh()
    expect(client.boolean('unknown', {}, true)).toBe(true)
    expect(client.number('text', {}, 7)).toBe(7)
    expect(client.boolean('half', {}, true)).toBe(true)
  })
})

describe('an evaluation', () => {
  const cyclic: Record<string, unknown> = { targetingKey: 'ada', plan: 'pro' }
  cyclic['self'] = cyclic
  const throwing = Object.defineProperty({ targetingKey: 'ada' }, 'plan', {
    enumerable: true,
    get: () => {
      throw new Error('Nobody reads this.')
    },
  })
  const proxy = new Proxy({}, { get: () => void process.getBuiltinModule('node:assert').fail() })

  it.each([
    ['null', null],
    ['nothing', undefined],
    ['a text', 'ada'],
    ['a number', 7],
    ['a list', ['ada']],
    ['a cycle', cyclic],
    ['a getter that throws', throwing],
    ['a proxy that throws', proxy],
    ['a symbol for a user', { targetingKey: Symbol('ada') }],
    ['an object for a user', { targetingKey: { toString: null }, plan: { valueOf: 1 }, roles: {} }],
    ['big integers and functions', { targetingKey: 'ada', plan: 10n, roles: [() => 1], organization: NaN }],
  ])('never throws, whatever the context is: %s', async (_, context) => {
    const { client } = container()
    await client.refresh()
    for (const key of ['kill', 'half', 'text', 'size', 'layout', 'unknown', '__proto__', 'constructor']) {
      expect(client.boolean(key, asContext(context), true)).toEqual(expect.any(Boolean))
      expect(client.evaluate(key, asContext(context))).toHaveProperty('reason')
    }
    await client.flush()
  })

  it.each([[undefined], [null], [Symbol('key')], [{ toString: null }], [7]])(
    'never throws, whatever the key is: %#',
    async (key) => {
      const { client } = container()
      await client.refresh()
      expect(client.boolean(asKey(key), {}, true)).toBe(true)
    },
  )
})

describe('a container', () => {
  it('that has read nothing yet goes by the definitions, and says STALE', () => {
    const { client } = container()
    expect(client.evaluate('size', {})).toMatchObject({ value: 2, reason: 'STALE' })
    expect(client.version).toBe(0)
  })

  it('whose table is away keeps what it knew, and says STALE, for all flags too', async () => {
    const { client, kill, mood, effects } = container()
    await kill(true)
    await client.refresh()
    const fresh = client.all({}, { onlyPublic: false })
    mood.isDown = true
    effects.advance(1_000)
    await client.refresh()
    expect(client.evaluate('kill', {})).toMatchObject({ value: true, reason: 'STALE' })
    expect(client.evaluate('unknown', {})).toMatchObject({ errorCode: 'FLAG_NOT_FOUND' })
    const stale = client.all({}, { onlyPublic: false })
    expect(stale.etag).not.toBe(fresh.etag)
    expect(stale.evaluations.find(({ key }) => key === 'kill')).toMatchObject({ reason: 'STALE' })
  })

  it('in an invocation that takes long asks by itself', async () => {
    const { client, kill, effects } = container()
    await client.refresh()
    await kill(true)
    effects.advance(TTL_MS + 1)
    await settled()
    expect(client.boolean('kill', {}, false)).toBe(false)
    await settled()
    expect(client.boolean('kill', {}, false)).toBe(true)
  })

  it('with the middleware knows before its handler runs, and has counted when it answers', async () => {
    const { client, kill, memory } = container()
    await kill(true)
    const handler = middy(async () => client.boolean('kill', {}, false)).use(freshFlags(client))
    expect(await handler({}, lambdaContext())).toBe(true)
    const items = [...memory.backup().values()]
    expect(items).toContainEqual(expect.objectContaining({ 'count:on': 1 }))
  })
})
