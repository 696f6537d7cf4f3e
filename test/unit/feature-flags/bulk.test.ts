import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bulk } from '../../../shared/feature-flags/bulk.ts'
import type { EvaluationContext } from '../../../shared/feature-flags/context.ts'
import { evaluateFlag } from '../../../shared/feature-flags/evaluate.ts'
import { atNoon, flagsWith, NOON_MS, type FlagInput } from '../../support/flags.ts'

const KEYS = ['alpha', 'beta', 'gamma', 'delta']
const momentAt = (nowMs: number): string => new Date(nowMs).toISOString()
/** Each holds at other moments than the others. */
const SCHEDULES: NonNullable<FlagInput['schedule']>[] = [
  { from: momentAt(NOON_MS) },
  { until: momentAt(NOON_MS + 1) },
  { from: momentAt(NOON_MS - 1), until: momentAt(NOON_MS) },
]

const conditions = fc.record({
  attribute: fc.constantFrom('country', 'plan'),
  operator: fc.constantFrom('in' as const, 'present' as const),
  values: fc.boolean().map((both) => (both ? ['DE', 'pro'] : ['DE'])),
  negate: fc.boolean(),
})
const targets = fc.record({
  type: fc.constantFrom('user' as const, 'role' as const, 'organization' as const),
  value: fc.constantFrom('u1', 'staff', 'acme'),
  effect: fc.constantFrom('allow' as const, 'deny' as const),
})
const fields: fc.Arbitrary<FlagInput> = fc.record(
  {
    status: fc.constantFrom('enabled', 'disabled', 'percentage', 'targeted'),
    variants: fc.boolean().map((on) => ({ on, off: !on })),
    percentage: fc.constantFrom(0, 10, 50, 99.999, 100),
    public: fc.boolean(),
    targets: fc.array(targets, { maxLength: 2 }),
    rules: fc.array(
      fc.record({ when: fc.array(conditions, { maxLength: 2 }), variant: fc.constantFrom('on', 'off') }),
      {
        maxLength: 2,
      },
    ),
    prerequisites: fc.array(
      fc.record({ flag: fc.constantFrom(...KEYS), variant: fc.constantFrom('on', 'off') }),
      { maxLength: 1 },
    ),
    schedule: fc.constantFrom(...SCHEDULES),
  },
  { requiredKeys: [] },
)
const versions = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...KEYS), fields), {
    selector: ([key]) => key,
    maxLength: KEYS.length,
  })
  .map((entries) => flagsWith(Object.fromEntries(entries)))
const contexts: fc.Arbitrary<EvaluationContext> = fc.record(
  {
    targetingKey: fc.constantFrom('u1', 'u2', 'u3', 'u4'),
    role: fc.constantFrom('staff', 'viewer'),
    organization: fc.constantFrom('acme', 'other'),
    country: fc.constantFrom('DE', 'FR'),
    plan: fc.constantFrom('pro', 'free'),
  },
  { requiredKeys: [] },
)
const questions = fc.record({
  context: contexts,
  nowMs: fc.constantFrom(NOON_MS - 1, NOON_MS, NOON_MS + 1),
  onlyPublic: fc.boolean(),
})

test('100,000 random contexts, times and versions of flags: equal ETags stand for equal answers', () => {
  const known = new Map<string, string>()
  let [asked, wrong, repeated] = [0, 0, 0]
  fc.assert(
    fc.property(versions, fc.array(questions, { minLength: 50, maxLength: 50 }), (flags, asking) => {
      for (const { context, nowMs, onlyPublic } of asking) {
        const { evaluations, etag } = bulk(flags, context, () => nowMs, { onlyPublic })
        const answer = JSON.stringify(evaluations)
        const before = known.get(etag)
        asked += 1
        if (before !== undefined) repeated += 1
        if (before !== undefined && before !== answer) wrong += 1
        known.set(etag, answer)
      }
    }),
    { numRuns: 2_000 },
  )
  expect({ asked, wrong }).toEqual({ asked: 100_000, wrong: 0 })
  // The test would show nothing if no ETag came up twice, or if all answers were alike.
  expect(repeated).toBeGreaterThan(10_000)
  expect(known.size).toBeGreaterThan(1_000)
})

test('equal answers have equal ETags, over restarts', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<FlagInput>({ status: 'enabled' }, { percentage: 50, status: 'percentage' }),
      contexts,
      (it, context) => {
        const once = bulk(flagsWith({ it }), context, atNoon, { onlyPublic: false })
        expect(bulk(flagsWith({ it }), context, atNoon, { onlyPublic: false })).toEqual(once)
      },
    ),
  )
})

test('all flags are evaluated, by key, and only public ones where others must not be known of', () => {
  fc.assert(
    fc.property(versions, questions, (flags, { context, nowMs, onlyPublic }) => {
      const now = () => nowMs
      const shown = [...flags.values()].filter(({ isPublic }) => isPublic || !onlyPublic)
      const { evaluations } = bulk(flags, context, now, { onlyPublic })
      expect(evaluations).toEqual(shown.map((flag) => evaluateFlag(flags, flag, context, now)))
      expect(evaluations.map(({ key }) => key)).toEqual(evaluations.map(({ key }) => key).toSorted())
    }),
    { numRuns: 500 },
  )
})

test('the ETag changes with a role, and when a schedule begins', () => {
  const flags = flagsWith({
    staff: { status: 'targeted', targets: [{ type: 'role', value: 'staff' }] },
    timed: { status: 'enabled', schedule: { from: momentAt(NOON_MS) } },
  })
  const etagOf = (role: string, nowMs: number) =>
    bulk(flags, { targetingKey: 'ann', role }, () => nowMs, { onlyPublic: false }).etag
  const etags = [etagOf('staff', NOON_MS), etagOf('viewer', NOON_MS), etagOf('staff', NOON_MS - 1)]
  expect(new Set(etags).size).toBe(3)
  expect(etagOf('staff', NOON_MS + 1)).toBe(etags[0])
})
