import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Sample, summarize } from '../../../shared/health/rollup.ts'

const sample = (latencyMs: number, grade: Sample['grade'] = 'good', at = 0): Sample => ({
  at,
  grade,
  latencyMs,
})
const samples = fc.array(
  fc.record({
    at: fc.nat(),
    grade: fc.constantFrom<Sample['grade'][]>('good', 'slow', 'failed'),
    latencyMs: fc.nat(20_000),
  }),
  { maxLength: 150, size: 'max' },
)

test('percentiles are the nearest rank: values that were measured', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => sample(100 - index))
  expect(summarize(hundred)).toMatchObject({ p50Ms: 50, p95Ms: 95, p99Ms: 99 })
  expect(summarize([15, 20, 35, 40, 50].map((latencyMs) => sample(latencyMs)))).toMatchObject({
    p50Ms: 35,
    p95Ms: 50,
    p99Ms: 50,
  })
})

test('one sample is all of its own percentiles', () => {
  expect(summarize([sample(7)])).toMatchObject({ p50Ms: 7, p95Ms: 7, p99Ms: 7 })
})

test('percentiles sort by number, not by text', () => {
  expect(summarize([sample(9), sample(10), sample(100)]).p50Ms).toBe(10)
})

test('failed samples count against uptime and not towards percentiles; slow ones count for both', () => {
  expect(summarize([sample(10), sample(900, 'slow'), sample(5_000, 'failed'), sample(20)])).toEqual({
    samples: 4,
    failed: 1,
    slow: 1,
    uptimePercent: 75,
    p50Ms: 20,
    p95Ms: 900,
    p99Ms: 900,
  })
})

test('uptime is rounded down, so that one failure in 200,000 is not 100 %', () => {
  const many = Array.from({ length: 200_000 }, (_, index) => sample(1, index === 0 ? 'failed' : 'good'))
  expect(summarize(many).uptimePercent).toBe(99.999)
})

test.each([
  [71, 100, 29],
  [43, 100, 57],
  [1, 1_000, 99.9],
  [2, 3, 33.333],
])('when %d of %d failed, uptime is %d %%', (failed, all, uptimePercent) => {
  const some = Array.from({ length: all }, (_, index) => sample(1, index < failed ? 'failed' : 'good'))
  expect(summarize(some).uptimePercent).toBe(uptimePercent)
})

test('nothing is claimed from no samples', () => {
  expect(summarize([])).toEqual({
    samples: 0,
    failed: 0,
    slow: 0,
    uptimePercent: undefined,
    p50Ms: undefined,
    p95Ms: undefined,
    p99Ms: undefined,
  })
})

test('when everything failed, uptime is 0 and there are no percentiles', () => {
  expect(summarize([sample(5, 'failed')])).toMatchObject({
    uptimePercent: 0,
    p50Ms: undefined,
    p99Ms: undefined,
  })
})

test('uptime is 100 exactly when there are samples and none failed', () => {
  fc.assert(
    fc.property(samples, (all) => {
      const { uptimePercent, failed } = summarize(all)
      expect(uptimePercent === 100).toBe(all.length > 0 && failed === 0)
    }),
  )
})

test('at least the stated share of the answers is as fast as each percentile, and fewer are faster', () => {
  fc.assert(
    fc.property(samples, (all) => {
      const latencies = all.filter((one) => one.grade !== 'failed').map((one) => one.latencyMs)
      fc.pre(latencies.length > 0)
      const { p50Ms = NaN, p95Ms = NaN, p99Ms = NaN } = summarize(all)
      for (const [percent, value] of [
        [50, p50Ms],
        [95, p95Ms],
        [99, p99Ms],
      ] as const) {
        const upTo = latencies.filter((latencyMs) => latencyMs <= value).length
        const below = latencies.filter((latencyMs) => latencyMs < value).length
        expect(upTo * 100).toBeGreaterThanOrEqual(percent * latencies.length)
        expect(below * 100).toBeLessThan(percent * latencies.length)
      }
    }),
  )
})

test('the order of the samples does not matter, and they are left as they were', () => {
  fc.assert(
    fc.property(samples, (all) => {
      const before = [...all]
      expect(summarize(all.toReversed())).toEqual(summarize(all))
      expect(all).toEqual(before)
    }),
  )
})
