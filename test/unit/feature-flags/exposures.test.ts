import { expect, test } from 'vitest'
import { evaluate } from '../../../shared/feature-flags/evaluate.ts'
import { Exposures } from '../../../shared/feature-flags/exposures.ts'
import { atNoon, flagsWith } from '../../support/flags.ts'

/** Looks random, and is the same each time (Park and Miller). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

const flags = flagsWith({
  half: { status: 'percentage', percentage: 50 },
  staff: { status: 'targeted', targets: [{ type: 'role', value: 'staff' }] },
  after: { status: 'enabled', prerequisites: [{ flag: 'half', variant: 'on' }] },
})
const userOf = (index: number) => ({ targetingKey: `user-${index}` })

function counting(seed = 1) {
  const exposures = new Exposures(randomFrom(seed))
  const expose = (key: string, context: object, set = flags) =>
    exposures.add(evaluate(set, key, { ...context }, atNoon), { ...context })
  return { exposures, expose }
}

test('every evaluation is counted, by flag and variant', () => {
  const { exposures, expose } = counting()
  for (let index = 0; index < 1_000; index += 1) expose('half', userOf(index))
  expose('staff', { role: 'staff' })
  expose('staff', {})
  expose('staff', {})
  const { counts } = exposures.drain()
  const half = counts.filter(({ flag }) => flag === 'half')
  expect(half.map(({ variant }) => variant).toSorted()).toEqual(['off', 'on'])
  expect(half.reduce((sum, { count }) => sum + count, 0)).toBe(1_000)
  expect(counts).toContainEqual({ flag: 'staff', variant: 'on', count: 1 })
  expect(counts).toContainEqual({ flag: 'staff', variant: 'off', count: 2 })
})

test('a variant is counted once, whatever it was given for, and over changes of the flag', () => {
  const { exposures, expose } = counting()
  expose('it', {}, flagsWith({ it: { status: 'enabled' } }))
  expose('it', {}, flagsWith({ it: { status: 'enabled' } }))
  expose('it', {}, flagsWith({ it: { status: 'percentage', percentage: 100 } }))
  expect(exposures.drain().counts).toEqual([{ flag: 'it', variant: 'on', count: 3 }])
})

test('errors are counted as such, those of a prerequisite too', () => {
  const { exposures, expose } = counting()
  expose('half', {})
  expose('half', {})
  expose('after', {})
  expose('after', {})
  expect(exposures.drain().counts).toEqual([
    { flag: 'half', variant: 'error', count: 2 },
    { flag: 'after', variant: 'error', count: 2 },
  ])
})

test('flags that there are not are not counted: anybody can ask for any', () => {
  const { exposures, expose } = counting()
  for (let index = 0; index < 100; index += 1) expose(`missing-${index}`, {})
  expect(exposures.drain().counts).toEqual([])
})

test('what was taken is not taken again', () => {
  const { exposures, expose } = counting()
  expose('half', userOf(1))
  expect(exposures.drain().counts).toHaveLength(1)
  expect(exposures.drain()).toEqual({ counts: [], contexts: [] })
})

test('at most 20 contexts are kept, one of each user, and none without a user', () => {
  const { exposures, expose } = counting()
  expose('staff', { role: 'staff' })
  expose('half', userOf(0))
  expose('half', userOf(0))
  expect(exposures.drain().contexts).toEqual([userOf(0)])
  for (let index = 0; index < 10_000; index += 1) expose('half', userOf(index))
  const { contexts } = exposures.drain()
  expect(contexts).toHaveLength(20)
  expect(new Set(contexts.map(({ targetingKey }) => targetingKey)).size).toBe(20)
})

test('late contexts are kept about as often as early ones', () => {
  let late = 0
  for (let seed = 1; seed <= 300; seed += 1) {
    const { exposures, expose } = counting(seed * 7_919)
    for (let index = 0; index < 2_000; index += 1) expose('staff', userOf(index))
    late += exposures
      .drain()
      .contexts.filter(({ targetingKey = '' }) => Number(targetingKey.slice(5)) >= 1_000).length
  }
  expect(late / (300 * 20)).toBeGreaterThan(0.4)
  expect(late / (300 * 20)).toBeLessThan(0.6)
})

test('a context is kept as it was, whatever its owner does with it later', () => {
  const exposures = new Exposures(randomFrom(1))
  const context: Record<string, string> = { targetingKey: 'user-1', plan: 'free' }
  exposures.add(evaluate(flags, 'half', context, atNoon), context)
  context['plan'] = 'pro'
  expect(exposures.drain().contexts).toEqual([{ targetingKey: 'user-1', plan: 'free' }])
})
