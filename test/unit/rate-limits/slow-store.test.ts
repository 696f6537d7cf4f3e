import { expect, test } from 'vitest'
import type { Decision } from '../../../shared/rate-limits/decision.ts'
import type { Limiter } from '../../../shared/rate-limits/limiter.ts'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { peakOf, type LoggedAdmission } from '../../support/sliding-log.ts'
import { slowLab } from '../../support/slow-lab.ts'

const LIMIT = 300
const ruleWith = (leases: 'adaptive' | 'off') =>
  RateLimitRule.parse({ name: 'r', scope: 'user', leases, windows: [{ limit: LIMIT, windowSeconds: 2 }] })

/** Numbers from 0 to 1, always the same (Park and Miller, "Random number generators", 1988). */
function numbers(): () => number {
  let state = 4_711
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

/** So many askers a container, each of whom asks again as soon as he has his answer, or a little later. */
async function load(askers: number, leases: 'adaptive' | 'off', latencyMs: (random: number) => number) {
  const lab = slowLab([ruleWith(leases)], 4)
  const random = numbers()
  lab.mood.latencyMs = () => latencyMs(random())
  const log: LoggedAdmission[] = []
  const decisions: Decision[] = []
  const ask = async (limiter: Limiter) => {
    for (let asked = 0; asked < 40; asked += 1) {
      const decision = await limiter.decide({ rule: 'r', identifier: 'everybody' })
      decisions.push(decision)
      if (decision.allowed) log.push({ at: lab.clock.now(), cost: 1, limit: LIMIT })
      await lab.clock.effects.wait(random() * 20)
    }
  }
  const all = lab.limiters.flatMap((limiter) => Array.from({ length: askers }, () => ask(limiter)))
  await lab.clock.drive(Promise.all(all))
  return { decisions, peak: peakOf(log, 2_000) }
}

test.each([
  [1, 'off', 10, 30],
  [12, 'off', 18, 22],
  [12, 'adaptive', 14, 18],
  [4, 'adaptive', 9, 27],
] as const)(
  'a store that is slow, and answers in time, is not taken for one that is down: %i askers, leases %s, %i to %i ms',
  async (askers, leases, fromMs, toMs) => {
    const { decisions, peak } = await load(askers, leases, (random) => fromMs + random * (toMs - fromMs))
    expect(decisions.filter(({ degraded }) => degraded)).toEqual([])
    expect(decisions.some(({ allowed }) => !allowed)).toBe(askers > 1)
    expect(peak.overAdmissions).toBe(0)
  },
)
