import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { overrideOn } from '../../../shared/rate-limits/counter.ts'
import type { Decision } from '../../../shared/rate-limits/decision.ts'
import type { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { limiterLab, newestRoom, trueRoom, type LimiterLab } from '../../support/limiter-lab.ts'
import {
  advance,
  decide,
  made,
  override,
  peaksOf,
  putOverride,
  refund,
  rules,
  skewsMs,
  trueShapes,
  keyOf,
  type Made,
  type Step,
} from '../../support/limiter-model.ts'

const RUNS = { numRuns: 100 }
const steps = (...kinds: fc.Arbitrary<Step>[]) =>
  fc.array(fc.oneof(...kinds), { minLength: 20, maxLength: 120 })

/** Decisions are what a run is about; the rest happens between them. */
const often = fc.oneof({ weight: 3, arbitrary: decide }, { weight: 1, arbitrary: advance })

/** Overrides, each with a while and then many questions after it. */
const changes = fc
  .array(
    fc.tuple(
      override,
      fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 9_000 }) }),
      fc.array(fc.oneof({ weight: 9, arbitrary: decide }, { weight: 1, arbitrary: advance }), {
        minLength: 10,
        maxLength: 25,
      }),
    ),
    { minLength: 2, maxLength: 6 },
  )
  .map((parts) => parts.flatMap(([change, pause, questions]): Step[] => [change, pause, ...questions]))

interface Run {
  readonly lab: LimiterLab
  readonly rule: RateLimitRule
  readonly decisions: Decision[]
  readonly kept: Set<Decision>
}

const newRun = (rule: RateLimitRule, skews: readonly number[]): Run => ({
  lab: limiterLab({ rules: [rule], skewsMs: skews }),
  rule,
  decisions: [],
  kept: new Set(),
})

async function giveBack({ lab, rule, decisions, kept }: Run, index: number): Promise<void> {
  const decision = decisions[index]
  const limiter = lab.limiters[index % lab.limiters.length]
  if (decision?.admission === undefined || limiter === undefined || !kept.has(decision)) return
  if (await limiter.refund(rule.name, decision.admission)) kept.delete(decision)
}

/** @returns what was decided, if the step was a decision */
async function take(run: Run, step: Step): Promise<Made | undefined> {
  const { lab, rule, decisions, kept } = run
  switch (step.kind) {
    case 'advance':
      lab.advance(step.ms)
      return undefined
    case 'override':
      putOverride(lab, rule, step.override)
      return undefined
    case 'refund':
      await giveBack(run, step.decision)
      return undefined
    case 'decide': {
      const one = await made(lab, rule, step.limiter, step.cost)
      decisions.push(one.decision)
      if (one.decision.admission !== undefined) kept.add(one.decision)
      return one
    }
  }
}

const room = ({ lab, rule }: Run, now: number): number =>
  trueRoom(trueShapes(lab, rule, now), lab.store.unprunedAt(keyOf(rule)), now)

const isExempt = ({ lab, rule }: Run, now: number): boolean =>
  overrideOn(lab.store.itemAt(keyOf(rule)), now)?.exempt === true

const overAdmissions = ({ rule, decisions, kept }: Run): number =>
  peaksOf(rule, decisions, kept).reduce((sum, peak) => sum + peak.overAdmissions, 0)

describe('three limiters whose clocks differ', () => {
  test('never admit more than the limit in any window, whatever the costs, overrides and refunds', async () => {
    await fc.assert(
      fc.asyncProperty(rules, skewsMs, steps(often, override, refund), async (rule, skews, run) => {
        const state = newRun(rule, skews)
        for (const step of run) await take(state, step)
        expect(overAdmissions(state)).toBe(0)
      }),
      RUNS,
    )
  })

  test('never report less than nothing, nor more than the store has', async () => {
    const exact = rules.filter(({ leases }) => leases === 'off')
    await fc.assert(
      fc.asyncProperty(exact, skewsMs, steps(often, override, refund), async (rule, skews, run) => {
        const state = newRun(rule, skews)
        for (const step of run) {
          const one = await take(state, step)
          if (one === undefined) continue
          const shapes = trueShapes(state.lab, rule, one.now)
          for (const [index, { remaining }] of one.decision.standings.entries()) {
            expect(remaining).toBeGreaterThanOrEqual(0)
            const shape = shapes[index]
            // What a denial from memory reports is as old as the image that it is proved by.
            if (shape === undefined || !one.fromStore) continue
            const left = newestRoom(shape, state.lab.store.itemAt(keyOf(rule)), one.now)
            expect(remaining).toBe(Math.max(0, left))
          }
        }
      }),
      RUNS,
    )
  })

  test('deny from memory only what the store would deny', async () => {
    let fromMemory = 0
    await fc.assert(
      fc.asyncProperty(rules, skewsMs, steps(often), async (rule, skews, run) => {
        const state = newRun(rule, skews)
        for (const step of run) {
          const one = await take(state, step)
          if (one === undefined || one.decision.allowed || step.kind !== 'decide') continue
          if (!one.fromStore) fromMemory += 1
          expect(room(state, one.now)).toBeLessThan(step.cost)
        }
      }),
      RUNS,
    )
    expect(fromMemory).toBeGreaterThan(100)
  })

  test('deny from memory nothing that an override has allowed for more than five seconds', async () => {
    let late = 0
    await fc.assert(
      fc.asyncProperty(rules, skewsMs, changes, async (rule, skews, run) => {
        const state = newRun(rule, skews)
        let changedAt = -Infinity
        for (const step of run) {
          const one = await take(state, step)
          if (step.kind === 'override') changedAt = state.lab.now()
          if (one === undefined || one.decision.allowed || step.kind !== 'decide') continue
          if (state.lab.now() - changedAt <= 5_000) continue
          late += 1
          expect(isExempt(state, one.now)).toBe(false)
          expect(room(state, one.now)).toBeLessThan(step.cost)
        }
      }),
      RUNS,
    )
    expect(late).toBeGreaterThan(100)
  })

  test('tell a refused caller to come back when there is room, not earlier and not later', async () => {
    await fc.assert(
      fc.asyncProperty(rules, skewsMs, steps(often), async (rule, skews, run) => {
        const state = newRun(rule, skews)
        for (const step of run) {
          const one = await take(state, step)
          const wait = one?.decision.retryAfterMs
          if (one === undefined || wait === undefined || step.kind !== 'decide') continue
          const then = one.now + Math.ceil(wait)
          expect(room(state, then - 1)).toBeLessThan(step.cost)
          // Others may have taken since what a denial from memory is proved by; nobody is told to wait for that.
          const least = one.fromStore ? step.cost : -Infinity
          expect(room(state, then)).toBeGreaterThanOrEqual(least)
        }
      }),
      RUNS,
    )
  })

  test('tell it exactly from memory too, where all costs are one and the clocks agree', async () => {
    const single = fc.oneof(
      { weight: 3, arbitrary: decide.map((step) => ({ ...step, cost: 1 })) },
      { weight: 1, arbitrary: advance },
    )
    await fc.assert(
      fc.asyncProperty(rules, steps(single), async (rule, run) => {
        const state = newRun(rule, [0, 0, 0])
        for (const step of run) {
          const one = await take(state, step)
          const wait = one?.decision.retryAfterMs
          if (one === undefined || wait === undefined) continue
          expect(room(state, one.now + Math.ceil(wait))).toBeGreaterThanOrEqual(1)
        }
      }),
      RUNS,
    )
  })
})
