import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  askedAgain,
  leaseSize,
  ownShare,
  takenAgain,
  type AskRate,
} from '../../../shared/rate-limits/lease.ts'
import { START_MS } from '../../support/effects.ts'

const shares = fc.double({ min: 0, max: 1, noNaN: true })
const circumstances = fc.record({
  rate: fc.record({ perMs: fc.double({ min: 0, max: 10, noNaN: true }), at: fc.constant(START_MS) }),
  bucketLeftMs: fc.integer({ min: -100, max: 10_000 }),
  limit: fc.integer({ min: 1, max: 20_000 }),
  room: fc.integer({ min: -100, max: 1_000 }),
  share: shares,
})
const costs = fc.integer({ min: 1, max: 100 })

/** The rate of a caller that asks for one unit every `everyMs`, after a minute of it. */
function steady(everyMs: number): AskRate | undefined {
  let rate: AskRate | undefined
  for (let at = START_MS; at < START_MS + 60_000; at += everyMs) rate = askedAgain(rate, 1, at)
  return rate
}

test('a lease is never smaller than what was asked for', () => {
  fc.assert(
    fc.property(costs, circumstances, (cost, around) => {
      expect(leaseSize(cost, around)).toBeGreaterThanOrEqual(cost)
    }),
  )
})

test('what is taken beyond that is whole, at most a hundredth of the limit, and at most half of the own share of the room', () => {
  fc.assert(
    fc.property(costs, circumstances, (cost, around) => {
      const size = leaseSize(cost, around)
      expect(Number.isInteger(size)).toBe(true)
      const most = Math.min(around.limit / 100, (around.room * around.share) / 2)
      expect(size).toBeLessThanOrEqual(Math.max(cost, most))
    }),
  )
})

test('a lease is at most two fifths of what is expected to be asked for before its bucket is over', () => {
  const around = {
    rate: { perMs: 0.1, at: START_MS },
    bucketLeftMs: 1_000,
    limit: 10_000,
    room: 10_000,
    share: 1,
  }
  expect(leaseSize(1, around)).toBe(40)
  expect(leaseSize(1, { ...around, bucketLeftMs: 100 })).toBe(4)
  expect(leaseSize(1, { ...around, bucketLeftMs: 5_000 })).toBe(100)
  expect(leaseSize(1, { ...around, room: 21, share: 0.5 })).toBe(5)
})

test('nothing is taken in advance of a small limit', () => {
  const around = { rate: { perMs: 1, at: START_MS }, bucketLeftMs: 5_000, limit: 199, room: 199, share: 1 }
  expect(leaseSize(1, around)).toBe(1)
  expect(leaseSize(1, { ...around, limit: 200, room: 200 })).toBe(2)
})

test('who asks rarely gets exactly what it asks for', () => {
  const rate = askedAgain(undefined, 1, START_MS)
  expect(leaseSize(1, { rate, bucketLeftMs: 2_000, limit: 1_000, room: 1_000, share: 1 })).toBe(1)
  expect(leaseSize(3, { rate, bucketLeftMs: -5, limit: 1_000, room: 1_000, share: 1 })).toBe(3)
})

test('the rate of a steady caller is the number of units that it asks for', () => {
  expect(steady(10)?.perMs).toBeCloseTo(0.1, 2)
  expect(steady(2)?.perMs).toBeCloseTo(0.5, 2)
})

test('the rate of a caller that stays away fades', () => {
  const rate = askedAgain(steady(10), 1, START_MS + 120_000)
  expect(rate.perMs).toBeCloseTo(0.001, 6)
})

test('a clock that steps back neither raises a rate nor moves its time back', () => {
  const rate = askedAgain(undefined, 5, START_MS)
  expect(askedAgain(rate, 1, START_MS - 60_000)).toEqual(askedAgain(rate, 1, START_MS))
  expect(askedAgain(rate, 1, START_MS - 60_000).at).toBe(START_MS)
})

test('a container’s share is its part of the use, and never more than all of it', () => {
  const rate = { perMs: 0.01, at: START_MS }
  expect(ownShare(rate, 60_000, 1_200)).toBe(0.5)
  expect(ownShare(rate, 60_000, 100)).toBe(1)
  fc.assert(
    fc.property(fc.double({ min: 0, max: 10, noNaN: true }), fc.nat(1_000_000), (perMs, used) => {
      const share = ownShare({ perMs, at: START_MS }, 60_000, used)
      expect(share).toBeGreaterThanOrEqual(0)
      expect(share).toBeLessThanOrEqual(1)
    }),
  )
})

test('who takes steadily has taken what it takes in one window', () => {
  let taken = takenAgain(undefined, 2, 60_000, START_MS)
  expect(taken).toEqual({ amount: 2, at: START_MS })
  for (let at = START_MS + 100; at < START_MS + 600_000; at += 100) taken = takenAgain(taken, 2, 60_000, at)
  expect(taken.amount / 1_200).toBeCloseTo(1, 2)
})

test('what was taken fades at the pace of the window, and a clock that steps back adds nothing', () => {
  const taken = { amount: 100, at: START_MS }
  expect(takenAgain(taken, 0, 60_000, START_MS + 60_000).amount).toBeCloseTo(100 / Math.E, 6)
  expect(takenAgain(taken, 5, 60_000, START_MS - 60_000)).toEqual({ amount: 105, at: START_MS })
})
