import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import type { Limiter } from '../../../shared/rate-limits/limiter.ts'
import { manualEffects } from '../../support/effects.ts'
import { containerWith, REST_MS } from '../../support/outage.ts'
import { testTable } from '../../support/table.ts'

const effects = manualEffects()
const table = testTable(effects)

afterEach(() => table().faults.clear())

const LIMIT = 20

/** Asks so many times, one after the other. */
async function ask(limiter: Limiter, identifier: string, times: number) {
  const decisions = []
  for (let asked = 0; asked < times; asked += 1)
    decisions.push(await limiter.decide({ rule: 'r', identifier }))
  const admitted = decisions.filter(({ allowed }) => allowed)
  return { admitted: admitted.length, exact: admitted.filter(({ degraded }) => !degraded).length }
}

async function recovered(): Promise<void> {
  await table().faults.clear()
  effects.advance(REST_MS + 1)
}

describe('what a container admitted without the store', () => {
  it.each([
    ['throws errors', { status: 500 }],
    ['loses its replies', { dropAfterCommit: true }],
    ['throttles', { throttle: true }],
  ] as const)('is recorded before anything else is admitted, by anybody: the store %s', async (_, fault) => {
    const { faults } = table()
    const identifier = randomUUID()
    const [one, other] = [containerWith(table(), effects, LIMIT), containerWith(table(), effects, LIMIT)]
    const before = await ask(one, identifier, 8)
    expect(before.exact).toBe(8)
    await faults.set(fault)
    const during = await ask(one, identifier, LIMIT)
    expect(during.exact).toBe(0)
    expect(during.admitted).toBeGreaterThan(0)
    await recovered()
    const after = await ask(one, identifier, 1)
    const later = await ask(other, identifier, LIMIT)
    const all = before.admitted + during.admitted + after.admitted + later.admitted
    expect(all).toBeLessThanOrEqual(LIMIT)
    // Lost replies were committed, so that what they took counts twice.
    expect('dropAfterCommit' in fault || all === LIMIT).toBe(true)
  })

  it('is no more than its part of what the caller used, and of what was left', async () => {
    const { faults } = table()
    const identifier = randomUUID()
    const containers = [15, 5].map((used) => ({ used, limiter: containerWith(table(), effects, 40) }))
    for (const { limiter, used } of containers) await ask(limiter, identifier, used)
    await faults.set({ status: 500 })
    const admitted = []
    for (const { limiter } of containers) admitted.push((await ask(limiter, identifier, 40)).admitted)
    expect(admitted[0]).toBeLessThanOrEqual(25)
    expect(admitted[1]).toBe(10)
  })

  it('is recorded though there is no room for it', async () => {
    const { faults } = table()
    const identifier = randomUUID()
    const containers = [0, 1, 2].map(() => containerWith(table(), effects, LIMIT))
    for (const limiter of containers) await ask(limiter, identifier, 2)
    await faults.set({ status: 500 })
    for (const limiter of containers) await ask(limiter, identifier, LIMIT)
    await recovered()
    const after = []
    for (const limiter of containers) after.push(await ask(limiter, identifier, LIMIT))
    expect(after.reduce((sum, { admitted }) => sum + admitted, 0)).toBeLessThanOrEqual(LIMIT - 6)
    const newcomer = await ask(containerWith(table(), effects, LIMIT), identifier, 5)
    expect(newcomer.admitted).toBe(0)
  })
})

describe('a refund whose reply is lost', () => {
  it('is sent once, and admits nobody in the place of somebody who stays', async () => {
    const { faults } = table()
    const identifier = randomUUID()
    const limiter = containerWith(table(), effects, LIMIT)
    const decision = await limiter.decide({ rule: 'r', identifier })
    await ask(limiter, identifier, LIMIT - 1)
    const { admission } = decision
    if (admission === undefined) throw new Error('What was admitted can be given back.')
    await faults.set({ dropAfterCommit: true })
    const before = faults.counters.requests
    expect(await limiter.refund('r', admission)).toBe(false)
    expect(faults.counters.requests - before).toBe(1)
    await recovered()
    const newcomer = await ask(containerWith(table(), effects, LIMIT), identifier, 5)
    expect(newcomer.exact).toBe(1)
  })
})
