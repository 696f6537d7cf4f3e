import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../bench/oracle/arrivals.ts'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { limiterLab } from '../../support/limiter-lab.ts'
import { peakOf, slidingLog, smoothedUnits } from '../../support/sliding-log.ts'

const WINDOW_MS = 60_000
const WINDOWS = 8
const LIMIT = 300
/** Three times as much is asked for as may be admitted. */
const MEAN_GAP_MS = WINDOW_MS / LIMIT
const SKEWS_MS = [-400, 0, 400]

/** Random attempts at three limiters whose clocks differ. */
async function simulate(rule: RateLimitRule) {
  const lab = limiterLab({ rules: [rule], skewsMs: SKEWS_MS })
  const random = seededRandom(7)
  const startMs = lab.now()
  const ideal = slidingLog([{ limit: LIMIT, length: WINDOW_MS }])
  const best: { at: number; cost: number; limit: number }[] = []
  const admitted: typeof best = []
  while (lab.now() < startMs + WINDOWS * WINDOW_MS) {
    lab.advance(Math.ceil(-Math.log(1 - random()) * MEAN_GAP_MS))
    const attempt = { at: lab.now(), cost: 1 + Math.floor(random() * 5), limit: LIMIT }
    const limiter = lab.limiters[Math.floor(random() * SKEWS_MS.length)]
    if (ideal(attempt.at, attempt.cost)) best.push(attempt)
    const decision = await limiter?.decide({ rule: rule.name, identifier: 'somebody', cost: attempt.cost })
    if (decision?.allowed === true) admitted.push(attempt)
  }
  const stretch = { from: startMs + WINDOW_MS, to: lab.now(), length: WINDOW_MS }
  return {
    peak: peakOf(admitted, WINDOW_MS),
    yieldPart: smoothedUnits(admitted, stretch) / smoothedUnits(best, stretch),
  }
}

describe('a caller who always asks for more', () => {
  test.each([
    ['standard', 0.91],
    ['fine', 0.98],
  ] as const)(
    'gets nearly what an ideal sliding log gives, and hardly more in true time: %s',
    async (precision, least) => {
      const windows = [{ limit: LIMIT, windowSeconds: WINDOW_MS / 1000 }]
      const { peak, yieldPart } = await simulate(
        RateLimitRule.parse({ name: 'yield', scope: 'user', leases: 'off', precision, windows }),
      )
      expect(yieldPart).toBeGreaterThanOrEqual(least)
      expect(peak.ratio).toBeLessThanOrEqual(1.05)
    },
  )
})
