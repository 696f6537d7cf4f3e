import { expect, test } from 'vitest'
import { callerCache } from '../../../shared/rate-limits/callers.ts'
import { EMPTY_IMAGE } from '../../../shared/rate-limits/counter.ts'

const MAX_CALLERS = 10_000

test('a caller is remembered', () => {
  const callerOf = callerCache()
  callerOf('ada').debt = 3
  callerOf('grace').debt = 4
  expect(callerOf('ada').debt).toBe(3)
  expect(callerOf('grace').debt).toBe(4)
})

test('of a caller that was never heard of nothing is known', () => {
  expect(callerCache()('ada')).toMatchObject({
    image: EMPTY_IMAGE,
    seenAt: -Infinity,
    rate: undefined,
    leased: 0,
    share: undefined,
    debt: 0,
  })
})

test('containers remember apart', () => {
  callerCache()('ada').debt = 3
  expect(callerCache()('ada').debt).toBe(0)
})

test('10,000 callers are remembered; of one more, whoever was not heard of for longest is forgotten', () => {
  const callerOf = callerCache()
  for (let index = 0; index < MAX_CALLERS; index += 1) callerOf(`user ${index}`).debt = index + 1
  // The first one is heard of again, so that the second one is the oldest.
  expect(callerOf('user 0').debt).toBe(1)
  callerOf('one more')
  expect(callerOf('user 0').debt).toBe(1)
  expect(callerOf('user 2').debt).toBe(3)
  expect(callerOf('user 1').debt).toBe(0)
})
