import { describe, expect, it } from 'vitest'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { cappedStore, type CappedStore } from '../../support/capped-store.ts'
import { manualEffects, START_MS } from '../../support/effects.ts'
import { containersOf } from '../../support/containers.ts'

const CONTAINERS = 8
const DECISIONS_A_MS = 5
const SECONDS = 27
const WINDOW_SECONDS = 24
const FIRST_SECOND_MS = 1_000

/** Asks 5,000 times a second from eight containers in turn. */
async function ask(limit: number) {
  const clock = manualEffects()
  const rule = RateLimitRule.parse({
    name: 'r',
    scope: 'user',
    windows: [{ limit, windowSeconds: WINDOW_SECONDS }],
  })
  const { limiters, store } = containersOf(CONTAINERS, rule, clock, (send) =>
    cappedStore(send, clock, { writesASecond: 1_000, latencyMs: 5 }),
  )
  const admissions: number[] = []
  const pending: Promise<unknown>[] = []
  let degraded = 0
  const one = async (number: number): Promise<void> => {
    const decision = await limiters[number % CONTAINERS]?.decide({ rule: 'r', identifier: 'hot' })
    if (decision?.degraded === true) degraded += 1
    if (decision?.allowed === true) admissions.push(clock.now())
  }
  for (let ms = 0; ms < SECONDS * 1_000; ms += 1) {
    for (let more = 0; more < DECISIONS_A_MS; more += 1) pending.push(one(pending.length))
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(1)
  }
  while (clock.waiting() > 0) {
    clock.advance(1)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all(pending)
  return { admissions, degraded, decisions: pending.length, store }
}

const sustained = ({ writes }: CappedStore): number =>
  writes.filter((at) => at >= START_MS + FIRST_SECOND_MS).length / (SECONDS - 1)

/** The most admissions in any interval as long as the window. */
function mostInAWindow(admissions: readonly number[]): number {
  const windowMs = WINDOW_SECONDS * 1_000
  let first = 0
  let most = 0
  admissions.forEach((at, index) => {
    while ((admissions[first] ?? at) <= at - windowMs) first += 1
    most = Math.max(most, index - first + 1)
  })
  return most
}

describe('5,000 decisions a second about one key, from eight containers, before a store that takes 1,000 writes', () => {
  it('take at most 150 writes a second, and admit most of them when the limit does', async () => {
    const limit = 6_500 * WINDOW_SECONDS
    const { admissions, degraded, decisions, store } = await ask(limit)
    expect(degraded).toBe(0)
    expect(store.throttled()).toBe(0)
    expect(sustained(store)).toBeLessThanOrEqual(150)
    expect(admissions.length).toBeGreaterThanOrEqual(0.9 * decisions)
    expect(mostInAWindow(admissions)).toBeLessThanOrEqual(limit)
  })

  it('take no more writes when most of them are over the limit, and admit none too many', async () => {
    const limit = 2_000 * WINDOW_SECONDS
    const { admissions, degraded, store } = await ask(limit)
    expect(degraded).toBe(0)
    expect(store.throttled()).toBe(0)
    expect(sustained(store)).toBeLessThanOrEqual(150)
    expect(mostInAWindow(admissions)).toBeLessThanOrEqual(limit)
    expect(admissions.length).toBeGreaterThanOrEqual(limit)
  })
})
