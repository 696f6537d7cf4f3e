import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { intervalMs, isDue, slotOf, tickOf } from '../../../shared/health/due.ts'

const checks = fc.record({
  id: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/),
  intervalSeconds: fc.integer({ min: 1, max: 1_440 }).map((minutes) => minutes * 60),
})
const ticks = fc.integer({ min: 2_000, max: 50_000_000 })
const tickLengths = fc.constantFrom(10, 60)

test('every moment within a tick falls into it, from its first millisecond to its last', () => {
  expect(tickOf(120_000, 60)).toBe(2)
  expect(tickOf(179_999, 60)).toBe(2)
  expect(tickOf(180_000, 60)).toBe(3)
  expect(tickOf(120_000, 10)).toBe(12)
})

test('a check of 60 s is due in every tick, however long a tick lasts', () => {
  for (let tick = 0; tick < 100; tick += 1) expect(isDue({ id: 'api', intervalSeconds: 60 }, tick)).toBe(true)
})

test('a check of n minutes is due exactly once in any n ticks in a row', () => {
  fc.assert(
    fc.property(checks, ticks, (check, first) => {
      const every = check.intervalSeconds / 60
      const due = Array.from({ length: every }, (_, index) => isDue(check, first + index)).filter(Boolean)
      expect(due).toHaveLength(1)
    }),
    { numRuns: 50 },
  )
})

test('checks with long intervals are spread over the ticks and do not pile up', () => {
  const all = Array.from({ length: 1_000 }, (_, index) => ({
    id: `shop-${index}-http`,
    intervalSeconds: 600,
  }))
  const perTick = Array.from({ length: 10 }, (_, tick) => all.filter((check) => isDue(check, tick)).length)
  expect(perTick.reduce((sum, count) => sum + count)).toBe(1_000)
  expect(Math.max(...perTick)).toBeLessThan(150)
  expect(Math.min(...perTick)).toBeGreaterThan(50)
})

test('the tick of a check is the same in every process', () => {
  const dueAt = [0, 1, 2, 3, 4].filter((tick) => isDue({ id: 'database', intervalSeconds: 300 }, tick))
  expect(dueAt).toEqual([3])
})

test('the slot of a due check is the start of its tick', () => {
  fc.assert(
    fc.property(checks, ticks, tickLengths, (check, tick, tickSeconds) => {
      fc.pre(isDue({ ...check, intervalSeconds: 60 }, tick))
      expect(slotOf({ ...check, intervalSeconds: 60 }, tick, tickSeconds)).toBe(tick * tickSeconds * 1_000)
    }),
  )
})

test('all results between two due ticks count for the same slot, the start of the earlier one', () => {
  fc.assert(
    fc.property(checks, ticks, tickLengths, (check, tick, tickSeconds) => {
      const slot = slotOf(check, tick, tickSeconds)
      const slotTick = tickOf(slot, tickSeconds)
      expect(isDue(check, slotTick)).toBe(true)
      expect(slotTick).toBeLessThanOrEqual(tick)
      expect(tick - slotTick).toBeLessThan(check.intervalSeconds / 60)
      expect(slotOf(check, slotTick, tickSeconds)).toBe(slot)
    }),
  )
})

test('successive slots of a check lie one real interval apart', () => {
  fc.assert(
    fc.property(checks, ticks, tickLengths, (check, tick, tickSeconds) => {
      const later = slotOf(check, tick + check.intervalSeconds / 60, tickSeconds)
      expect(later - slotOf(check, tick, tickSeconds)).toBe(intervalMs(check, tickSeconds))
    }),
  )
})

test('five minutes are 50 s where a tick lasts 10 s', () => {
  expect(intervalMs({ id: 'api', intervalSeconds: 300 }, 10)).toBe(50_000)
  expect(intervalMs({ id: 'api', intervalSeconds: 300 }, 60)).toBe(300_000)
})
