import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { FAILURE_POLICIES } from '../../../shared/rate-limits/rule.ts'
import { BUDGET_MS } from '../../../shared/rate-limits/counter-store.ts'
import { manualEffects } from '../../support/effects.ts'
import { containerWith, decideSlowly, OUTAGES, REST_MS } from '../../support/outage.ts'
import { testTable } from '../../support/table.ts'

const effects = manualEffects()
const table = testTable(effects)

afterEach(() => table().faults.clear())

const cases = OUTAGES.flatMap((outage) =>
  FAILURE_POLICIES.flatMap((policy) =>
    (['has decided before', 'is new'] as const).map((container) => ({ ...outage, policy, container })),
  ),
)

describe('a store that fails', () => {
  it.each(cases)(
    '$outage: a container that $container answers within the budget, after two requests at most, as "$policy" says',
    async ({ fault, hangs, policy, container }) => {
      const { faults } = table()
      const request = { rule: 'r', identifier: randomUUID() }
      const limiter = containerWith(table(), effects, 100, { failurePolicy: policy })
      if (container === 'has decided before') {
        await limiter.prepare()
        await limiter.decide(request)
      }
      await faults.set(fault)
      const { decision, waitedMs, requests } = await decideSlowly(limiter, request, {
        faults,
        effects,
        hangs,
      })

      expect(decision).toMatchObject({
        allowed: policy !== 'closed',
        reason: 'store_unavailable',
        degraded: true,
      })
      expect(decision.retryAfterMs).toBe(policy === 'closed' ? 1_000 : undefined)
      expect(requests).toBeLessThanOrEqual(2)
      expect(waitedMs).toBe(hangs ? BUDGET_MS : 0)
    },
  )

  it.each(OUTAGES)('$outage: it is left alone for a second, then asked again', async ({ fault, hangs }) => {
    const { faults } = table()
    const limiter = containerWith(table(), effects, 100)
    await limiter.prepare()
    await faults.set(fault)
    const failed = await decideSlowly(
      limiter,
      { rule: 'r', identifier: randomUUID() },
      { faults, effects, hangs },
    )
    expect(failed.decision.degraded).toBe(true)

    effects.advance(REST_MS - 1)
    const requests = faults.counters.requests
    const others = await Promise.all(
      Array.from({ length: 20 }, () => limiter.decide({ rule: 'r', identifier: randomUUID() })),
    )
    expect(others.every(({ degraded }) => degraded)).toBe(true)
    expect(faults.counters.requests).toBe(requests)

    await faults.clear()
    effects.advance(1)
    const after = await limiter.decide({ rule: 'r', identifier: randomUUID() })
    expect(after).toMatchObject({ allowed: true, reason: 'admitted', degraded: false })
  })
})

describe('a denial without the store', () => {
  it('says when to come back: once this container has room of its own again', async () => {
    const { faults } = table()
    const limiter = containerWith(table(), effects, 10)
    const request = { rule: 'r', identifier: randomUUID() }
    await limiter.prepare()
    await faults.set({ status: 500 })
    const first = await limiter.decide(request)
    expect(first).toMatchObject({ allowed: true, degraded: true })
    const second = await limiter.decide(request)
    expect(second).toMatchObject({ allowed: false, reason: 'store_unavailable', degraded: true })
    effects.advance(second.retryAfterMs ?? 0)
    expect(await limiter.decide(request)).toMatchObject({ allowed: true, degraded: true })
  })
})

describe('one lost connection', () => {
  it.each(['GetItem', 'UpdateItem'])('costs a second %s and no decision its exactness', async (only) => {
    const { faults } = table()
    const limiter = containerWith(table(), effects, 10)
    await faults.set({ dropBefore: true, only, times: 1 })
    const before = faults.counters.requests
    const decision = await limiter.decide({ rule: 'r', identifier: randomUUID() })
    expect(decision).toMatchObject({ allowed: true, reason: 'admitted', degraded: false })
    expect(faults.counters.requests - before).toBe(3)
  })
})
