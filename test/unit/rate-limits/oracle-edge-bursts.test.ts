import { describe, expect, test } from 'vitest'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { bucketStart, shapeOf } from '../../../shared/rate-limits/windows.ts'
import { START_MS } from '../../support/effects.ts'
import { limiterLab, type LimiterLab } from '../../support/limiter-lab.ts'
import { peakOf, type LoggedAdmission } from '../../support/sliding-log.ts'

const LIMIT = 10
const WINDOW_SECONDS = 3
const WINDOW_MS = WINDOW_SECONDS * 1000

const ruleOf = (precision: RateLimitRule['precision'], leases: RateLimitRule['leases']) =>
  RateLimitRule.parse({
    name: 'edges',
    scope: 'user',
    windows: [{ limit: LIMIT, windowSeconds: WINDOW_SECONDS }],
    precision,
    leases,
  })

/** Whole milliseconds just before, at and just after each bucket's edge, in three windows. */
function edgesOf(rule: RateLimitRule): readonly number[] {
  const [window = { limit: LIMIT, windowSeconds: WINDOW_SECONDS }] = rule.windows
  const shape = shapeOf(window, rule.precision)
  const edges = Array.from({ length: 3 * shape.buckets }, (_, index) => bucketStart(shape, index))
  const around = edges.flatMap((edge) => [edge - 1, edge, edge + 1])
  return [...new Set(around)].filter((at) => at >= 0).toSorted((left, right) => left - right)
}

/** Asks until it is refused; each limiter in turn. */
async function burst({ limiters, now }: LimiterLab, log: LoggedAdmission[]): Promise<void> {
  for (const limiter of limiters) {
    const request = { rule: 'edges', identifier: 'somebody' }
    while ((await limiter.decide(request)).allowed) log.push({ at: now(), cost: 1, limit: LIMIT })
  }
}

/** Bursts at one edge, and then at every edge that comes. */
async function burstsFrom(
  rule: RateLimitRule,
  edges: readonly number[],
): Promise<readonly LoggedAdmission[]> {
  const lab = limiterLab({ rules: [rule], skewsMs: [0, 0] })
  const log: LoggedAdmission[] = []
  for (const edge of edges) {
    lab.advance(START_MS + edge - lab.now())
    await burst(lab, log)
  }
  return log
}

describe('bursts at the edges of buckets and windows', () => {
  test.each([
    ['standard', 'off'],
    ['standard', 'adaptive'],
    ['fine', 'off'],
    ['fine', 'adaptive'],
  ] as const)(
    'admit no more than the limit in any window, from whichever edge on: %s, leases %s',
    async (precision, leases) => {
      const rule = ruleOf(precision, leases)
      const edges = edgesOf(rule)
      const phases = edges.filter((at) => at <= WINDOW_MS)
      // Of the many edges of the fine cut, every thirteenth: just before, at and after edges all over the window.
      for (const phase of phases.filter((_, index) => precision === 'standard' || index % 13 === 0)) {
        const log = await burstsFrom(
          rule,
          edges.filter((at) => at >= phase && at <= phase + 2 * WINDOW_MS),
        )
        expect(log.length).toBeGreaterThan(LIMIT)
        expect(peakOf(log, WINDOW_MS).sum).toBe(LIMIT)
      }
    },
  )

  test.each(['standard', 'fine'] as const)(
    'admit no more than the limit when there are just two of them, a window apart: %s',
    async (precision) => {
      const rule = ruleOf(precision, 'off')
      const phases = edgesOf(rule).filter((at) => at <= WINDOW_MS)
      for (const phase of phases.filter((_, index) => precision === 'standard' || index % 8 === 0)) {
        for (const offset of [-1, 0, 1]) {
          const log = await burstsFrom(rule, [phase, phase + WINDOW_MS + offset])
          expect(peakOf(log, WINDOW_MS).sum).toBe(LIMIT)
        }
      }
    },
  )
})
