import { expect, test } from 'vitest'
import { admissionBuckets } from '../../../shared/rate-limits/admission.ts'
import { callerCache, type Caller } from '../../../shared/rate-limits/callers.ts'
import { EMPTY_IMAGE, shapesOf } from '../../../shared/rate-limits/counter.ts'
import { admittedIn } from '../../../shared/rate-limits/memory-counter.ts'
import { ruleWith } from '../../support/counter-model.ts'
import { START_MS } from '../../support/effects.ts'

const MAX_CALLERS = 10_000
const MAX_DEBTORS = 10_000
const clock = { now: () => START_MS }
const shapes = shapesOf(ruleWith({ windows: [{ limit: 9, windowSeconds: 60 }] }), undefined)
const debt = admittedIn(shapes, EMPTY_IMAGE, 3, admissionBuckets(shapes, EMPTY_IMAGE, START_MS), START_MS)

/** So many callers that nobody has heard of before. */
function crowd(callerOf: (key: string) => Caller, count: number, name: string): Caller[] {
  return Array.from({ length: count }, (_, index) => callerOf(`${name} ${index}`))
}

test('a caller is remembered', () => {
  const callerOf = callerCache(clock)
  callerOf('ada').leased = 3
  callerOf('grace').leased = 4
  expect(callerOf('ada').leased).toBe(3)
  expect(callerOf('grace').leased).toBe(4)
})

test('of a caller that was never heard of nothing is known', () => {
  expect(callerCache(clock)('ada')).toMatchObject({
    image: EMPTY_IMAGE,
    seenAt: -Infinity,
    rate: undefined,
    leased: 0,
    share: undefined,
    owed: EMPTY_IMAGE,
    mayOwe: true,
  })
})

test('containers remember apart', () => {
  callerCache(clock)('ada').leased = 3
  expect(callerCache(clock)('ada').leased).toBe(0)
})

test('10,000 callers are remembered; of one more, whoever was not heard of for longest is forgotten', () => {
  const callerOf = callerCache(clock)
  crowd(callerOf, MAX_CALLERS, 'user').forEach((caller, index) => (caller.leased = index + 1))
  // The first one is heard of again, so that the second one is the oldest.
  expect(callerOf('user 0').leased).toBe(1)
  callerOf('one more')
  expect(callerOf('user 0').leased).toBe(1)
  expect(callerOf('user 2').leased).toBe(3)
  expect(callerOf('user 1').leased).toBe(0)
})

test('nobody is forgotten whom the store is still to hear of, or whose write is on its way', () => {
  const callerOf = callerCache(clock)
  callerOf('ada').owed = debt
  callerOf('grace').writes = 1
  crowd(callerOf, 2 * MAX_CALLERS, 'user')
  expect(callerOf('ada').owed).toBe(debt)
  expect(callerOf('grace').writes).toBe(1)
})

test('a debt that no window counts any more is forgotten', () => {
  let now = START_MS
  const callerOf = callerCache({ now: () => now })
  callerOf('ada').owed = debt
  crowd(callerOf, MAX_CALLERS, 'user')
  now += 120_000
  crowd(callerOf, 1, 'late')
  expect(callerOf('ada').owed).toBe(EMPTY_IMAGE)
})

test('once 10,000 forgotten ones are in debt, nobody else may be', () => {
  const callerOf = callerCache(clock)
  for (const caller of crowd(callerOf, MAX_DEBTORS, 'debtor')) caller.owed = debt
  expect(crowd(callerOf, MAX_CALLERS - 1, 'user').every(({ mayOwe }) => mayOwe)).toBe(true)
  crowd(callerOf, 1, 'last')
  expect(callerOf('newcomer').mayOwe).toBe(false)
})
