import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { manualEffects } from '../../support/effects.ts'
import { containerWith } from '../../support/outage.ts'
import { testTable } from '../../support/table.ts'

const effects = manualEffects()
const table = testTable(effects)

afterEach(() => table().faults.clear())

describe('a throttled key', () => {
  it('is asked once for a decision, which then goes without the store', async () => {
    const { faults } = table()
    const limiter = containerWith(table(), effects, 100)
    await limiter.prepare()
    await faults.set({ throttle: true })
    const before = faults.counters.requests
    const decision = await limiter.decide({ rule: 'r', identifier: randomUUID() })
    expect(decision).toMatchObject({ allowed: true, reason: 'store_unavailable', degraded: true })
    expect(faults.counters.requests - before).toBe(1)
  })

  it('says nothing about other keys', async () => {
    const { faults } = table()
    const limiter = containerWith(table(), effects, 100)
    await limiter.prepare()
    await faults.set({ throttle: true, times: 1 })
    const throttled = await limiter.decide({ rule: 'r', identifier: randomUUID() })
    expect(throttled.degraded).toBe(true)
    const other = await limiter.decide({ rule: 'r', identifier: randomUUID() })
    expect(other).toMatchObject({ reason: 'admitted', degraded: false })
  })

  it('is asked for one lease and to be spread, however many wait, and serves what was leased before', async () => {
    const { faults } = table()
    const limiter = containerWith(table(), effects, 10_000, { leases: 'adaptive', failurePolicy: 'closed' })
    const request = { rule: 'r', identifier: randomUUID() }
    await limiter.prepare()
    for (let asked = 0; asked < 20; asked += 1) await limiter.decide(request)
    const decide = (times: number) =>
      Promise.all(Array.from({ length: times }, () => limiter.decide(request)))
    await faults.set({ throttle: true })
    const before = faults.counters.requests
    const decisions = await decide(200)
    const leased = decisions.filter(({ degraded }) => !degraded)
    expect(leased.length).toBeGreaterThan(0)
    expect(leased.every(({ reason }) => reason === 'admitted')).toBe(true)
    expect(decisions.slice(leased.length).every(({ allowed }) => !allowed)).toBe(true)
    // One for the lease, and perhaps one that would spread the counter over several keys.
    expect(faults.counters.requests - before).toBeLessThanOrEqual(2)
  })
})
