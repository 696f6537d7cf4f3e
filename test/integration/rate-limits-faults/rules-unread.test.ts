import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { BUDGET_MS } from '../../../shared/rate-limits/counter-store.ts'
import { manualEffects } from '../../support/effects.ts'
import { containerWith, decideSlowly, REST_MS } from '../../support/outage.ts'
import { testTable } from '../../support/table.ts'

const effects = manualEffects()
const table = testTable(effects)

afterEach(() => table().faults.clear())

const request = () => ({ rule: 'r', identifier: randomUUID() })

describe('rules that cannot be read', () => {
  it('share one budget among all decisions that wait for them', async () => {
    const { faults } = table()
    const limiter = containerWith(table(), effects, 100)
    await faults.set({ blackhole: true })
    const before = faults.counters.requests
    const many = Promise.all(Array.from({ length: 50 }, () => limiter.decide(request())))
    const last = await decideSlowly(limiter, request(), { faults, effects, hangs: true })
    expect(last.waitedMs).toBe(BUDGET_MS)
    expect((await many).every(({ degraded }) => degraded)).toBe(true)
    expect(faults.counters.requests - before).toBe(2)
  })

  it('are read again by a request of its own once the store is back, while the old one still hangs', async () => {
    const { faults } = table()
    const limiter = containerWith(table(), effects, 100)
    await faults.set({ blackhole: true, times: 2 })
    const lost = await decideSlowly(limiter, request(), { faults, effects, hangs: true })
    expect(lost.decision.degraded).toBe(true)
    effects.advance(REST_MS + 1)
    expect(await limiter.decide(request())).toMatchObject({ reason: 'admitted', degraded: false })
  })

  it('leave less of the budget to the counter when they come late', async () => {
    const { faults } = table()
    const limiter = containerWith(table(), effects, 100)
    await faults.set({ blackhole: true, only: 'UpdateItem' })
    const swallowed = async (count: number): Promise<void> => {
      await expect.poll(() => faults.counters.blackholed - before, { interval: 1 }).toBe(count)
    }
    const before = faults.counters.blackholed
    const startedMs = effects.monotonicMs()
    const deciding = limiter.decide(request())
    // The rules are on their way, and take this long.
    effects.advance(20)
    await swallowed(1)
    effects.advance(BUDGET_MS / 2)
    await swallowed(2)
    effects.advance(BUDGET_MS / 2 - 20)
    expect(await deciding).toMatchObject({ allowed: true, degraded: true })
    expect(effects.monotonicMs() - startedMs).toBe(BUDGET_MS)
  })
})
