import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { FLAP_SAMPLES, flapPercent, isFlapping } from '../../../shared/health/flapping.ts'
import type { KnownStatus } from '../../../shared/health/status.ts'

const KNOWN = ['healthy', 'degraded', 'unhealthy'] as const satisfies readonly KnownStatus[]
const known = fc.constantFrom(...KNOWN)
const histories = fc.array(known, { maxLength: 40, size: 'max' })
const fullHistories = fc.array(known, { minLength: FLAP_SAMPLES, maxLength: 40 })
const alternating = (length: number): KnownStatus[] =>
  Array.from({ length }, (_, index) => (index % 2 === 0 ? 'healthy' : 'unhealthy'))
/** 21 samples that change status at the given positions; change 1 is the oldest, 20 the newest. */
function changingAt(...changes: readonly number[]): KnownStatus[] {
  let status: KnownStatus = 'healthy'
  return Array.from({ length: FLAP_SAMPLES }, (_, index) => {
    if (changes.includes(index)) status = status === 'healthy' ? 'unhealthy' : 'healthy'
    return status
  })
}

test('a status that changes with every sample is at 100 %, one that never changes at 0 %', () => {
  expect(flapPercent(alternating(21))).toBe(100)
  expect(flapPercent(changingAt())).toBe(0)
  expect(flapPercent([])).toBe(0)
})

test('the oldest change weighs 0.8 and the newest 1.2 of twenty', () => {
  expect(flapPercent(changingAt(1))).toBeCloseTo(4, 10)
  expect(flapPercent(changingAt(20))).toBeCloseTo(6, 10)
})

test('weights rise evenly from the oldest to the newest change', () => {
  for (let change = 2; change <= 20; change += 1) {
    const step = flapPercent(changingAt(change)) - flapPercent(changingAt(change - 1))
    expect(step).toBeCloseTo(2 / 19, 10)
  }
})

test('a new check is measured against twenty possible changes', () => {
  expect(flapPercent(['healthy', 'unhealthy'])).toBeCloseTo(6, 10)
  expect(isFlapping(['healthy', 'unhealthy', 'healthy'], false)).toBe(false)
})

test('only the last 21 samples count', () => {
  fc.assert(
    fc.property(histories, fullHistories, (older, newer) => {
      expect(flapPercent([...older, ...newer])).toBe(flapPercent(newer))
    }),
  )
})

test('the percentage stays between 0 and 100', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const percent = flapPercent(history)
      expect(percent).toBeGreaterThanOrEqual(0)
      expect(percent).toBeLessThanOrEqual(100)
    }),
  )
})

test('flapping starts at exactly 30 % and not below', () => {
  const exactly = changingAt(1, 2, 3, 18, 19, 20)
  expect(flapPercent(exactly)).toBe(30)
  expect(isFlapping(exactly, false)).toBe(true)
  const below = changingAt(1, 2, 3, 17, 19, 20)
  expect(flapPercent(below)).toBeLessThan(30)
  expect(isFlapping(below, false)).toBe(false)
})

test('flapping ends at exactly 20 % and not above', () => {
  const exactly = changingAt(1, 2, 19, 20)
  expect(flapPercent(exactly)).toBe(20)
  expect(isFlapping(exactly, true)).toBe(false)
  const above = changingAt(1, 3, 19, 20)
  expect(flapPercent(above)).toBeGreaterThan(20)
  expect(isFlapping(above, true)).toBe(true)
})

test('between 20 % and 30 % flapping stays what it was', () => {
  fc.assert(
    fc.property(histories, fc.boolean(), (history, was) => {
      const percent = flapPercent(history)
      fc.pre(percent > 20 && percent < 30)
      expect(isFlapping(history, was)).toBe(was)
    }),
  )
})

test('21 equal samples end any flapping', () => {
  fc.assert(
    fc.property(histories, known, (history, status) => {
      const calm = Array.from({ length: FLAP_SAMPLES }, () => status)
      expect(isFlapping([...history, ...calm], true)).toBe(false)
    }),
  )
})
