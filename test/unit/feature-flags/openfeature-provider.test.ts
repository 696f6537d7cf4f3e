import { OpenFeature } from '@openfeature/server-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FlagDefinition } from '../../../shared/feature-flags/flag-definition.ts'
import { flagClient } from '../../../shared/feature-flags/open-flags.ts'
import { MidwatchProvider } from '../../../shared/feature-flags/openfeature-provider.ts'
import { markWrite } from '../../../shared/kernel/live-set/live-set.ts'
import { manualEffects } from '../../support/effects.ts'
import { memoryTable } from '../../support/memory-table.ts'
import { capturedOutput } from '../../support/output.ts'

capturedOutput()

const valued = (key: string, type: string, on: unknown, off: unknown) =>
  FlagDefinition.parse({ key, type, status: 'enabled', variants: { on, off }, on: 'on', off: 'off' })
const flags = [
  FlagDefinition.parse({ key: 'kill', category: 'killswitch' }),
  FlagDefinition.parse({ key: 'half', status: 'percentage', percentage: 50 }),
  FlagDefinition.parse({
    key: 'staff',
    status: 'targeted',
    targets: [{ type: 'role', value: 'staff', effect: 'allow' }],
  }),
  valued('text', 'string', 'A', 'B'),
  valued('size', 'number', 2, 1),
  valued('layout', 'json', { columns: [1, 2] }, null),
]

const effects = manualEffects()
const memory = memoryTable()
const mood = { isDown: false }
const client = flagClient({
  table: {
    ...memory.table,
    get: <T>(...question: Parameters<typeof memory.table.get>) =>
      mood.isDown ? Promise.reject(new Error('Down.')) : memory.table.get<T>(...question),
  },
  effects,
  flags,
})
const features = OpenFeature.getClient()
beforeAll(() => OpenFeature.setProviderAndWait(new MidwatchProvider(client)))
afterAll(() => OpenFeature.close())

describe("the server SDK's client", () => {
  it('gets values of every type, with variant, reason and the version that they are of', async () => {
    expect(await features.getBooleanDetails('kill', true)).toMatchObject({
      value: false,
      variant: 'off',
      reason: 'DISABLED',
      flagMetadata: { version: 0 },
    })
    expect(await features.getStringDetails('text', 'none')).toMatchObject({ value: 'A', reason: 'STATIC' })
    expect(await features.getNumberDetails('size', 0)).toMatchObject({ value: 2, variant: 'on' })
    expect(await features.getObjectDetails('layout', {})).toMatchObject({ value: { columns: [1, 2] } })
  })

  it('evaluates by the context', async () => {
    const half = await features.getBooleanDetails('half', false, { targetingKey: 'ada' })
    expect(half).toMatchObject({ reason: 'SPLIT', value: expect.any(Boolean) })
    expect(
      await features.getBooleanDetails('staff', false, { targetingKey: 'ada', roles: ['staff'] }),
    ).toMatchObject({ value: true, reason: 'TARGETING_MATCH' })
  })

  it.each([
    ['unknown', 'FLAG_NOT_FOUND'],
    ['text', 'TYPE_MISMATCH'],
    ['half', 'TARGETING_KEY_MISSING'],
  ])('gets the default for %s, and is told %s', async (key, errorCode) => {
    expect(await features.getBooleanDetails(key, true)).toMatchObject({
      value: true,
      reason: 'ERROR',
      errorCode,
      errorMessage: expect.any(String),
    })
  })

  it('sees a killswitch within the TTL, without a middleware', async () => {
    await memory.table.commit([markWrite('flag-live', { kill: true })], effects.id())
    effects.advance(1_000)
    expect(await features.getBooleanDetails('kill', false)).toMatchObject({
      value: true,
      flagMetadata: { version: 1 },
    })
  })

  it('gets the last known values while the table is away, as STALE', async () => {
    mood.isDown = true
    effects.advance(1_000)
    expect(await features.getBooleanDetails('kill', false)).toMatchObject({ value: true, reason: 'STALE' })
    mood.isDown = false
    effects.advance(1_000)
    expect(await features.getBooleanDetails('kill', false)).toMatchObject({ value: true, reason: 'STATIC' })
  })
})

it('writes what was counted when the SDK closes', async () => {
  await OpenFeature.close()
  const counted = [...memory.backup().values()].filter(({ pk }) => pk === 'FLAGSTATS#FLAG#text')
  expect(counted).toHaveLength(1)
})
