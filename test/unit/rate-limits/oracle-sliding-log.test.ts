import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { peakOf, slidingLog, smoothedUnits } from '../../support/sliding-log.ts'

const LENGTH = 20
const LIMIT = 10
const admissions = fc.array(
  fc.record({ at: fc.integer({ min: 0, max: 100 }), cost: fc.integer({ min: 1, max: 5 }) }),
  { maxLength: 40 },
)
const sumOf = (log: readonly { readonly cost: number }[]) => log.reduce((sum, { cost }) => sum + cost, 0)
const limited = (log: readonly { readonly at: number; readonly cost: number }[]) =>
  log.map((one) => ({ ...one, limit: LIMIT }))

const pair = (at: number) =>
  limited([
    { at: 0, cost: 6 },
    { at, cost: 6 },
  ])

describe('the oracle', () => {
  test('finds the largest sum of any half-open interval', () => {
    fc.assert(
      fc.property(admissions, (log) => {
        const starts = Array.from({ length: 101 + LENGTH }, (_, index) => index - LENGTH)
        const sums = starts.map((start) => sumOf(log.filter(({ at }) => at >= start && at < start + LENGTH)))
        const peak = peakOf(limited(log), LENGTH)
        expect(peak.sum).toBe(Math.max(0, ...sums))
        expect(peak.overAdmissions > 0).toBe(peak.sum > LIMIT)
      }),
    )
  })

  test('tells an interval as long as the window from a longer one', () => {
    expect(peakOf(pair(LENGTH - 1), LENGTH).sum).toBe(12)
    expect(peakOf(pair(LENGTH), LENGTH).sum).toBe(6)
  })

  test('finds the double burst that a window with fixed edges lets through', () => {
    const burst = (at: number) => Array.from({ length: LIMIT }, () => ({ at, cost: 1 }))
    const peak = peakOf(limited([...burst(19), ...burst(20)]), LENGTH)
    expect(peak).toEqual({ ratio: 2, sum: 2 * LIMIT, limit: LIMIT, overAdmissions: LIMIT })
  })
})

describe('the ideal sliding log', () => {
  test('fills every window and overfills none', () => {
    fc.assert(
      fc.property(admissions, (attempts) => {
        const ordered = attempts.toSorted((left, right) => left.at - right.at)
        const long = { limit: 15, length: 50 }
        const log = slidingLog([{ limit: LIMIT, length: LENGTH }, long])
        const verdicts = ordered.map((attempt) => ({ ...attempt, allowed: log(attempt.at, attempt.cost) }))
        const admitted = verdicts.filter(({ allowed }) => allowed)
        expect(peakOf(limited(admitted), LENGTH).overAdmissions).toBe(0)
        for (const [index, { at, cost, allowed }] of verdicts.entries()) {
          if (allowed) continue
          const before = verdicts.slice(0, index).filter((one) => one.allowed)
          const used = (length: number) => sumOf(before.filter((one) => at - one.at < length))
          expect(used(LENGTH) + cost > LIMIT || used(long.length) + cost > long.limit).toBe(true)
        }
      }),
    )
  })
})

test('where in a wave a recording ends does not matter to how much it holds', () => {
  const waves = Array.from({ length: 20 }, (_, wave) => ({ at: wave * LENGTH, cost: LIMIT }))
  const units = [0, 5, 10, 19].map((rest) =>
    smoothedUnits(waves, { from: 1, to: 301 + rest, length: LENGTH }),
  )
  const perWindow = units.map((sum, index) => sum / (14 + ([0, 5, 10, 19][index] ?? 0) / LENGTH))
  for (const each of perWindow) expect(each).toBeCloseTo(LIMIT, 9)
})
