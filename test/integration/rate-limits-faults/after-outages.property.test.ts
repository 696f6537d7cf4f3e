import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { UpdateCounter } from '../../../shared/kernel/table/counters.ts'
import type { Decision } from '../../../shared/rate-limits/decision.ts'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { containersOf } from '../../support/containers.ts'
import { manualEffects, type ManualEffects } from '../../support/effects.ts'

const CONTAINERS = 3
const LIMIT = 20
const WINDOW_MS = 10_000

/** What the store does with a request: answers it, commits it and loses the reply, or loses it. */
type Weather = 'fine' | 'replies lost' | 'down'

type Step =
  | { readonly kind: 'ask'; readonly container: number; readonly cost: number }
  | { readonly kind: 'refund'; readonly which: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'turn'; readonly weather: Weather }

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('ask' as const),
        container: fc.nat({ max: CONTAINERS - 1 }),
        cost: fc.integer({ min: 1, max: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('refund' as const), which: fc.nat() }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 2_500 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('turn' as const),
        weather: fc.constantFrom<Weather>('fine', 'replies lost', 'down'),
      }),
    },
  ),
  { minLength: 30, maxLength: 250 },
)

/** One admission. */
interface Admitted {
  readonly at: number
  readonly cost: number
  readonly container: number
  readonly decision: Decision
  /** Whether the store knows of it, in one way or another. */
  recorded: boolean
  givenBack: boolean
}

function world(clock: ManualEffects) {
  let weather: Weather = 'fine'
  const between = (send: UpdateCounter) => ({
    update: async (update: Parameters<UpdateCounter>[0]) => {
      if (weather === 'down') throw new Error('The connection was reset.')
      const outcome = await send(update)
      if (weather === 'replies lost') throw new Error('The connection was reset.')
      return outcome
    },
  })
  const windows = [{ limit: LIMIT, windowSeconds: WINDOW_MS / 1000 }]
  const rule = RateLimitRule.parse({ name: 'r', scope: 'user', windows, leases: 'off' })
  const { limiters } = containersOf(CONTAINERS, rule, clock, between)
  return { limiters, turn: (next: Weather) => (weather = next) }
}

/** How much of what the store knows of was admitted within the window that ends now. */
const knownUse = (admitted: readonly Admitted[], now: number): number =>
  admitted
    .filter(({ at, recorded, givenBack }) => recorded && !givenBack && at > now - WINDOW_MS)
    .reduce((sum, { cost }) => sum + cost, 0)

/** Plays the steps; after each admission by the store, notes how much the store knew of by then. */
async function play(played: readonly Step[]): Promise<readonly number[]> {
  const clock = manualEffects()
  const { limiters, turn } = world(clock)
  const admitted: Admitted[] = []
  const uses: number[] = []
  for (const step of played) {
    if (step.kind === 'pass') clock.advance(step.ms)
    if (step.kind === 'turn') turn(step.weather)
    if (step.kind === 'refund') {
      const one = admitted.filter(({ decision, givenBack }) => decision.admission && !givenBack)[
        step.which % 7
      ]
      if (one?.decision.admission === undefined) continue
      one.givenBack = true
      await limiters[one.container]?.refund('r', one.decision.admission)
    }
    if (step.kind === 'ask') {
      const { container, cost } = step
      const decision = await limiters[container]?.decide({ rule: 'r', identifier: 'ada', cost })
      if (decision?.allowed !== true) continue
      const exact = !decision.degraded
      // Before a container admits by the store again, it has recorded what it admitted without.
      if (exact) for (const one of admitted) if (one.container === container) one.recorded = true
      admitted.push({ at: clock.now(), cost, container, decision, recorded: exact, givenBack: false })
      if (exact) uses.push(knownUse(admitted, clock.now()))
    }
  }
  return uses
}

describe('a store that fails again and again, and loses replies and refunds', () => {
  it('never admits beyond the limit, together with whatever was recorded of what was admitted without it', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (played) => {
        for (const use of await play(played)) expect(use).toBeLessThanOrEqual(LIMIT)
      }),
      { numRuns: 300 },
    )
  })
})
