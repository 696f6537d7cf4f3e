import { describe, expect, it } from 'vitest'
import { compileFlag } from '../../../shared/feature-flags/compile.ts'
import type { EvaluationContext } from '../../../shared/feature-flags/context.ts'
import { evaluate } from '../../../shared/feature-flags/evaluate.ts'
import {
  contextsWrite,
  countWrites,
  readContexts,
  seenWrites,
} from '../../../shared/feature-flags/exposure-store.ts'
import { FlagDefinition } from '../../../shared/feature-flags/flag-definition.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { freshClient } from '../../support/flag-agreement.ts'
import { answerOf, callFlag, callFlags, createFlag, listed, wrongFields } from '../../support/flag-routes.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const DAY_MS = 86_400_000

async function keep(contexts: readonly EvaluationContext[], agoMs = 0): Promise<void> {
  const now = systemEffects.now() - agoMs
  await started().table.commit([contextsWrite(contexts, now, systemEffects.id())], systemEffects.id())
}

/** The variant that a flag of these fields gives somebody. */
function variantOf(fields: object, context: EvaluationContext): string {
  const flag = compileFlag(FlagDefinition.parse({ key: 'asked', ...fields }), false)
  const evaluation = evaluate(new Map([['asked', flag]]), 'asked', context, systemEffects.now)
  return 'variant' in evaluation ? evaluation.variant : 'error'
}

const impact = (body: object) => callFlag('getImpact', 'asked', { body })

const stale = async () => listed(await answerOf(callFlags('listStaleFlags')), 'flags')

const day = (days: number) => new Date(systemEffects.now() + days * DAY_MS).toISOString().slice(0, 10)

const reasonsOf = async (key: string) => (await stale()).find((flag) => flag['key'] === key)?.['reasons']

describe('the impact of a change', () => {
  const contexts = Array.from({ length: 300 }, (_, n) => ({
    targetingKey: `user-${n}`,
    roles: n % 10 === 0 ? ['staff'] : [],
    plan: n % 3 === 0 ? 'pro' : 'free',
  }))
  const before = {
    status: 'percentage',
    type: 'string',
    variants: { a: 'A', b: 'B', c: 'C' },
    on: 'a',
    off: 'c',
    split: [
      { variant: 'a', percentage: 30 },
      { variant: 'b', percentage: 30 },
    ],
  }
  const after = {
    ...before,
    split: [
      { variant: 'a', percentage: 45 },
      { variant: 'b', percentage: 5 },
    ],
    rules: [{ when: [{ attribute: 'plan', operator: 'in', values: ['pro'] }], variant: 'b' }],
  }

  it('is what evaluating the last users before and after says, and saves nothing', async () => {
    await createFlag('asked', before)
    for (let n = 0; n < contexts.length; n += 20) await keep(contexts.slice(n, n + 20))
    const pairs = contexts.map((context) => `${variantOf(before, context)} ${variantOf(after, context)}`)
    const moved = pairs.filter((pair) => pair.at(0) !== pair.at(-1))
    const expected = [...Map.groupBy(moved, (pair) => pair)].map(([pair, { length }]) => {
      const [from, to] = pair.split(' ')
      return { from, to, users: length }
    })
    const answer = await impact(after)
    expect(answer).toMatchObject({ statusCode: 200, users: 300, changed: moved.length })
    expect(listed(answer, 'moves')).toHaveLength(expected.length)
    expect(listed(answer, 'moves')).toEqual(expect.arrayContaining(expected))
    expect(moved.length).toBeGreaterThan(50)
    expect(await callFlag('getFlag', 'asked')).toMatchObject({ version: 1 })
  })

  it('is none for the flag as it is', async () => {
    expect(await impact(before)).toMatchObject({ users: 300, changed: 0, moves: [] })
  })

  it('counts a user once, as last seen, and nobody of more than a day ago', async () => {
    await keep([{ targetingKey: 'user-1', plan: 'pro' }])
    await keep([{ targetingKey: 'long-gone' }], 25 * 3_600_000)
    expect(await impact(before)).toMatchObject({ users: 300 })
    const kept = await readContexts(started().table, systemEffects.now())
    expect(kept.find(({ targetingKey }) => targetingKey === 'user-1')).toEqual({
      targetingKey: 'user-1',
      plan: 'pro',
    })
  })

  it('checks the flag as a PUT does, and needs one', async () => {
    expect(wrongFields(await impact({ ...before, on: 'd' }))).toEqual(['body.on'])
    const prerequisites = [{ flag: 'nobody', variant: 'on' }]
    expect(wrongFields(await impact({ ...before, prerequisites }))).toEqual(['body.prerequisites.0.flag'])
    expect(await callFlag('getImpact', 'nobody', { body: {} })).toMatchObject({ statusCode: 404 })
  })
})

describe('statistics', () => {
  it('count evaluations by variant, once they were reported', async () => {
    await createFlag('counted', {
      status: 'percentage',
      percentage: 100,
      targets: [{ target_type: 'user', target_value: 'eve', effect: 'deny' }],
    })
    const none = await callFlag('getFlagStats', 'counted')
    expect(none).toMatchObject({ statusCode: 200, evaluations: 0, variants: [], hours: 24 })
    expect(none).not.toHaveProperty('last_seen')
    const client = await freshClient(started().table)
    for (let n = 0; n < 50; n += 1)
      client.boolean('counted', { targetingKey: n < 48 ? `u${n}` : 'eve' }, false)
    await client.flush()
    client.boolean('counted', { targetingKey: 'eve' }, false)
    await client.flush()
    expect(await callFlag('getFlagStats', 'counted', { query: { hours: '2' } })).toMatchObject({
      evaluations: 51,
      hours: 2,
      variants: [
        { variant: 'on', evaluations: 48, last_seen: expect.any(String) },
        { variant: 'off', evaluations: 3 },
      ],
      last_seen: expect.any(String),
    })
  })

  it.each([
    [
      'larger than any item',
      Array.from({ length: 20 }, (_, n) => ({ targetingKey: `big-${n}`, note: 'x'.repeat(60_000) })),
    ],
    ['with numbers that are not exact', [{ targetingKey: 'exact', at: 2 ** 70, tiny: 1e-200 }]],
    [
      'with what is no JSON',
      [{ targetingKey: 'odd', when: new Date(0), missing: undefined, nan: Number.NaN }],
    ],
  ])('go on though contexts are %s', async (_, contexts) => {
    const before = (await callFlag('getFlagStats', 'counted'))['evaluations']
    const client = await freshClient(started().table)
    for (const context of contexts) client.boolean('counted', context, false)
    await client.flush()
    const counted = await callFlag('getFlagStats', 'counted')
    expect(counted['evaluations']).toBe(Number(before) + contexts.length)
  })

  it.each(['0', '721', '1.5', ''])('are not there for %j hours', async (hours) => {
    expect(wrongFields(await callFlag('getFlagStats', 'counted', { query: { hours } }))).toEqual([
      'query.hours',
    ])
  })

  it('count every hour, although a page of them ends at 1 MB', async () => {
    await createFlag('much-counted')
    const now = systemEffects.now()
    const counts = Array.from({ length: 100 }, (_, n) => ({
      flag: 'much-counted',
      variant: `${'v'.repeat(60)}${n}`,
      count: 1,
    }))
    for (let hour = 0; hour < 100; hour += 1) {
      await started().table.commit(countWrites(counts, now - hour * 3_600_000), systemEffects.id())
    }
    const stats = await callFlag('getFlagStats', 'much-counted', { query: { hours: '200' } })
    expect(stats).toMatchObject({ evaluations: 10_000, last_seen: new Date(now).toISOString() })
  })
})

/** Has this flag been evaluated at this moment. */
const seen = (flag: string, at: number) => started().table.commit(seenWrites([flag], at), systemEffects.id())

describe('the list of stale flags', () => {
  it('names a flag that has expired, a killswitch too, and none before its day', async () => {
    await createFlag('expired', { expires: day(-1), owner: 'web' })
    await createFlag('killswitch_old', { expires: day(-1), category: 'killswitch' })
    await createFlag('expires', { expires: day(2) })
    const found = (await stale()).find((flag) => flag['key'] === 'expired')
    expect(found).toMatchObject({ owner: 'web', status: 'disabled', reasons: ['expired'], expires: day(-1) })
    expect(await reasonsOf('killswitch_old')).toEqual(['expired'])
    expect(await reasonsOf('expires')).toBeUndefined()
  })

  it('names a defined flag that was evaluated once, and not for 30 days; never a killswitch', async () => {
    const now = systemEffects.now()
    expect(await reasonsOf('enable_new_player')).toBeUndefined()
    for (const flag of ['enable_new_player', 'killswitch_uploads']) await seen(flag, now - 31 * 86_400_000)
    expect(await reasonsOf('enable_new_player')).toEqual(['unused'])
    expect(await reasonsOf('killswitch_uploads')).toBeUndefined()
    await seen('enable_new_player', now)
    expect(await reasonsOf('enable_new_player')).toBeUndefined()
  })
})
