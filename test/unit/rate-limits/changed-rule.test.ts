import { expect, test } from 'vitest'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { slowLab } from '../../support/slow-lab.ts'

const before = RateLimitRule.parse({
  name: 'r',
  scope: 'user',
  windows: [{ limit: 1_000_000, windowSeconds: 3_600 }],
})
const request = { rule: 'r', identifier: 'busy' }

/** A container that is asked so often that it takes units in advance. */
async function busyContainer() {
  const lab = slowLab([before], 1)
  const [limiter] = lab.limiters
  if (limiter === undefined) throw new Error('The lab has no limiter.')
  lab.mood.latencyMs = () => 4
  const burst = async (count: number) => {
    const decisions = await lab.clock.drive(
      Promise.all(Array.from({ length: count }, () => limiter.decide(request))),
    )
    lab.clock.set(lab.clock.now() + 100)
    return decisions
  }
  for (let second = 0; second < 4; second += 1) for (let tenth = 0; tenth < 10; tenth += 1) await burst(100)
  return { ...lab, burst }
}

test.each([
  ['a smaller limit', [{ limit: 100, windowSeconds: 3_600 }]],
  ['other windows', [{ limit: 100, windowSeconds: 60 }]],
  ['more windows', [...before.windows, { limit: 100, windowSeconds: 60 }]],
])('what was taken in advance is no longer good once the rule has %s', async (_what, windows) => {
  const { burst, changed } = await busyContainer()
  Object.assign(changed, { version: 1, rules: [{ ...before, windows }] })
  const known = []
  for (let asked = 0; asked < 60; asked += 1) {
    const decisions = await burst(50)
    known.push(...decisions.filter(({ rule }) => rule.windows.some(({ limit }) => limit === 100)))
  }
  expect(known.length).toBeGreaterThan(500)
  expect(known.filter(({ allowed }) => allowed).length).toBeLessThanOrEqual(100)
  for (const { limit, used, remaining } of known.flatMap(({ standings }) => standings)) {
    expect(used).toBeGreaterThanOrEqual(0)
    expect(remaining).toBeLessThanOrEqual(limit)
  }
})
