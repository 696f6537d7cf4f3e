import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Decision } from '../../../shared/rate-limits/decision.ts'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { limiterLab } from '../../support/limiter-lab.ts'

const request = { rule: 'shared', identifier: 'somebody' }

/** One container, and a rule that takes nothing in advance. */
function container(limit: number) {
  const windows = [{ limit, windowSeconds: 60 }]
  const rule = RateLimitRule.parse({ name: request.rule, scope: 'user', windows, leases: 'off' })
  const lab = limiterLab({ rules: [rule], skewsMs: [0] })
  const [limiter] = lab.limiters
  if (limiter === undefined) throw new Error('The lab has no limiter.')
  const together = (costs: readonly number[]) =>
    Promise.all(costs.map((cost) => limiter.decide({ ...request, cost })))
  const left = async () => (await limiter.decide({ ...request, cost: 1 })).standings[0]?.remaining
  return { together, left, calls: lab.store.calls }
}

const ones = (count: number): readonly number[] => Array.from({ length: count }, () => 1)
const unitsIn = (decisions: readonly Decision[], costs: readonly number[]): number =>
  decisions.reduce((sum, { allowed }, index) => sum + (allowed ? (costs[index] ?? 0) : 0), 0)

test('a few decisions at once each have a write of their own', async () => {
  const { together, calls } = container(100)
  await together(ones(8))
  expect(calls()).toBe(8)
})

test('many decisions at once share one, which takes exactly what they want', async () => {
  const { together, calls, left } = container(1_000)
  const decisions = await together(ones(100))
  expect(decisions.every(({ reason }) => reason === 'admitted')).toBe(true)
  expect(calls()).toBe(9)
  expect(await left()).toBe(1_000 - 100 - 1)
})

test('where not all of them find room they share none: no room is left unused, and memory refuses the rest', async () => {
  const { together, calls } = container(50)
  const decisions = await together(ones(100))
  expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(50)
  expect(calls()).toBeLessThan(100)
})

test('decisions at once never get more than the limit, whatever they cost', async () => {
  const costs = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 9, max: 200 }), costs, async (limit, wanted) => {
      const { together } = container(limit)
      const decisions = await together(wanted)
      const units = unitsIn(decisions, wanted)
      expect(units).toBeLessThanOrEqual(limit)
      const refused = wanted.filter((_, index) => decisions[index]?.allowed === false)
      for (const cost of refused) expect(units + cost).toBeGreaterThan(limit)
    }),
  )
})
