import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  bucketFor,
  EMPTY_IMAGE,
  isSpread,
  overrideOn,
  roomIn,
  shapesOf,
  spreadUntil,
  standingIn,
  usedIn,
  waitForRoom,
  type CounterImage,
} from '../../../shared/rate-limits/counter.ts'
import { writeOverride } from '../../../shared/rate-limits/override.ts'
import type { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { bucketAt, bucketStart, fenceName, shapeOf } from '../../../shared/rate-limits/windows.ts'
import { admit, ruleWith } from '../../support/counter-model.ts'
import { START_MS } from '../../support/effects.ts'

const MANY = 1_000_000
/** Longer than the longest window and a bucket. */
const MAX_WAIT_MS = 4_000
const admissions = fc.array(fc.record({ afterMs: fc.nat(400), cost: fc.integer({ min: 1, max: 5 }) }), {
  maxLength: 60,
})
type Admissions = typeof admissions extends fc.Arbitrary<infer A> ? A : never
const precisions = fc.constantFrom('standard' as const, 'fine' as const)

/** Plays admissions in the order of time; shows the item and the log as they stand after each. */
function play(rule: RateLimitRule, steps: Admissions) {
  let item: CounterImage = EMPTY_IMAGE
  let now = START_MS
  const log: { readonly at: number; readonly cost: number }[] = []
  for (const { afterMs, cost } of steps) {
    now += afterMs
    const outcome = admit(rule, item, now, { cost })
    item = outcome.item
    if (outcome.applied) log.push({ at: now, cost })
  }
  return { item, log, now }
}

const twoWindows = (limit: number, precision: RateLimitRule['precision'] = 'standard') =>
  ruleWith({
    precision,
    windows: [
      { limit, windowSeconds: 1 },
      { limit: 2 * limit, windowSeconds: 3 },
    ],
  })

describe('use', () => {
  test('is what a log holds in the buckets of the window, at every moment after', () => {
    fc.assert(
      fc.property(admissions, precisions, fc.nat(4_000), (steps, precision, laterMs) => {
        const rule = twoWindows(MANY, precision)
        const { item, log, now } = play(rule, steps)
        for (const shape of shapesOf(rule, undefined)) {
          const bucket = bucketAt(shape, now + laterMs)
          const covered = log.filter(({ at }) => bucketAt(shape, at) >= bucket - shape.buckets)
          const sum = covered.reduce((total, { cost }) => total + cost, 0)
          expect(usedIn(shape, item, bucket)).toBe(sum)
        }
      }),
    )
  })

  test('is at least what was admitted in the window before, and at most one bucket more', () => {
    fc.assert(
      fc.property(admissions, fc.nat(4_000), (steps, laterMs) => {
        const rule = twoWindows(MANY)
        const { item, log, now } = play(rule, steps)
        for (const shape of shapesOf(rule, undefined)) {
          const at = now + laterMs
          const windowMs = shape.windowSeconds * 1000
          const since = (ms: number) =>
            log.filter((entry) => entry.at > at - ms).reduce((total, { cost }) => total + cost, 0)
          const used = usedIn(shape, item, bucketAt(shape, at))
          expect(used).toBeGreaterThanOrEqual(since(windowMs))
          expect(used).toBeLessThanOrEqual(since(windowMs * (1 + 1 / shape.buckets) + 1))
        }
      }),
    )
  })

  test('is never less than nothing', () => {
    const shape = shapeOf({ limit: 5, windowSeconds: 60 }, 'standard')
    const bucket = bucketAt(shape, START_MS)
    const numbers = { [`${shape.prefix}B${(bucket - 12).toString(36)}`]: -3 }
    expect(usedIn(shape, { numbers, texts: {} }, bucket)).toBe(0)
    expect(usedIn(shape, EMPTY_IMAGE, bucket)).toBe(0)
  })
})

describe('the bucket to decide in', () => {
  const shape = shapeOf({ limit: 5, windowSeconds: 60 }, 'standard')
  const bucket = bucketAt(shape, START_MS)
  const fencedAt = (value: number) => ({ numbers: { [fenceName(shape)]: value }, texts: {} })

  test('is the one of the clock, unless somebody has written to a newer one', () => {
    expect(bucketFor(shape, EMPTY_IMAGE, START_MS)).toBe(bucket)
    expect(bucketFor(shape, fencedAt(bucket - 1), START_MS)).toBe(bucket)
    expect(bucketFor(shape, fencedAt(bucket + 1), START_MS)).toBe(bucket + 1)
  })
})

describe('room', () => {
  test('is that of the window that has the least', () => {
    const rule = twoWindows(4)
    const { item, now } = play(rule, [
      { afterMs: 0, cost: 4 },
      { afterMs: 1_500, cost: 3 },
    ])
    expect(roomIn(shapesOf(rule, undefined), item, now)).toBe(1)
    expect(roomIn(shapesOf(rule, undefined), item, now + 1_200)).toBe(1)
    expect(roomIn(shapesOf(rule, undefined), EMPTY_IMAGE, now)).toBe(4)
  })

  test('is less than nothing where a limit was lowered', () => {
    const { item, now } = play(ruleWith(), [{ afterMs: 0, cost: 5 }])
    const lowered = ruleWith({ windows: [{ limit: 2, windowSeconds: 60 }] })
    expect(roomIn(shapesOf(lowered, undefined), item, now)).toBe(-3)
  })
})

describe('the wait for room', () => {
  test('ends at the first millisecond with room in every window, and not a millisecond earlier', () => {
    const costs = fc.integer({ min: 1, max: 6 })
    fc.assert(
      fc.property(admissions, costs, precisions, (steps, cost, precision) => {
        const rule = twoWindows(6, precision)
        const { item, now } = play(rule, steps)
        const shapes = shapesOf(rule, undefined)
        let waitMs = 0
        while (roomIn(shapes, item, now + waitMs) < cost) waitMs += 1
        expect(waitForRoom(shapes, item, cost, now)).toBe(waitMs)
      }),
      { numRuns: 60 },
    )
  })

  test('goes by the newest bucket that was written to, for a clock behind as well', () => {
    const rule = ruleWith({ windows: [{ limit: 1, windowSeconds: 60 }] })
    const { item, now } = play(rule, [{ afterMs: 0, cost: 1 }])
    const waitMs = waitForRoom(shapesOf(rule, undefined), item, 1, now)
    expect(waitMs).toBe(65_000)
    expect(waitForRoom(shapesOf(rule, undefined), item, 1, now - 7_000)).toBe(72_000)
  })

  test('is nothing where there is room, and has no end where the cost is larger than a limit', () => {
    const shapes = shapesOf(twoWindows(4), undefined)
    expect(waitForRoom(shapes, EMPTY_IMAGE, 4, START_MS)).toBe(0)
    expect(waitForRoom(shapes, EMPTY_IMAGE, 5, START_MS)).toBeUndefined()
  })
})

describe('a standing', () => {
  test('says how much of the limit is used and how much remains', () => {
    fc.assert(
      fc.property(admissions, fc.nat(2_000), (steps, laterMs) => {
        const rule = twoWindows(6)
        const { item, now } = play(rule, steps)
        for (const shape of shapesOf(rule, undefined)) {
          const { limit, windowSeconds, used, remaining } = standingIn(shape, item, now + laterMs)
          expect(used + remaining).toBe(limit)
          expect({ limit, windowSeconds }).toEqual({
            limit: shape.limit,
            windowSeconds: shape.windowSeconds,
          })
        }
      }),
    )
  })

  test('resets at the first millisecond at which less is used', () => {
    fc.assert(
      fc.property(admissions, fc.nat(2_000), (steps, laterMs) => {
        const { item, now } = play(twoWindows(6), steps)
        const at = now + laterMs
        for (const shape of shapesOf(twoWindows(6), undefined)) {
          const { used, resetMs } = standingIn(shape, item, at)
          const isSame = (ms: number) => standingIn(shape, item, at + ms).used === used
          let waitMs = 0
          while (waitMs < MAX_WAIT_MS && isSame(waitMs)) waitMs += 1
          expect(resetMs).toBe(used === 0 ? 0 : waitMs)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('has nothing remaining where a limit was lowered below what is used', () => {
    const { item, now } = play(ruleWith(), [{ afterMs: 0, cost: 5 }])
    const lowered = shapeOf({ limit: 2, windowSeconds: 60 }, 'standard')
    expect(standingIn(lowered, item, now)).toMatchObject({ limit: 2, used: 5, remaining: 0 })
  })
})

const itemWith = (text: string): CounterImage => ({ numbers: {}, texts: { ov: text } })
const limitsBy = (multiplier: number, limit = 100) =>
  shapesOf(ruleWith({ windows: [{ limit, windowSeconds: 60 }] }), { multiplier })[0]?.limit

describe('an override', () => {
  test('holds until it ends, and for ever when it has no end', () => {
    const ending = itemWith(writeOverride({ multiplier: 2, expiresAt: START_MS }))
    expect(overrideOn(ending, START_MS - 1)).toEqual({ multiplier: 2, expiresAt: START_MS })
    expect(overrideOn(ending, START_MS)).toBeUndefined()
    expect(overrideOn(itemWith(writeOverride({ exempt: true })), START_MS)).toEqual({ exempt: true })
    expect(overrideOn(EMPTY_IMAGE, START_MS)).toBeUndefined()
  })

  test('multiplies the limit of every window', () => {
    expect(shapesOf(twoWindows(4), { multiplier: 2.5 }).map(({ limit }) => limit)).toEqual([10, 20])
    expect(shapesOf(twoWindows(4), { exempt: false }).map(({ limit }) => limit)).toEqual([4, 8])
  })

  test('leaves a whole limit of at least 1', () => {
    expect(limitsBy(0.999)).toBe(99)
    expect(limitsBy(0.001)).toBe(1)
    expect(limitsBy(0.000_001)).toBe(1)
  })

  test('multiplies as people do: what is a whole number on paper loses nothing', () => {
    expect(limitsBy(1.15)).toBe(115)
    expect(limitsBy(0.29)).toBe(29)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 1_000_000 }), (per100, k) => {
        expect(limitsBy(per100 / 100, 100 * k)).toBe(per100 * k)
      }),
    )
  })
})

test('a counter is closed until two of its longest windows, and five seconds, after its shards have ended', () => {
  const windows = [{ windowSeconds: 60 }, { windowSeconds: 1 }]
  const closed = { numbers: { sh: START_MS }, texts: {} }
  expect(spreadUntil(closed)).toBe(START_MS)
  expect(isSpread(windows, closed, START_MS + 124_999)).toBe(true)
  expect(isSpread(windows, closed, START_MS + 125_000)).toBe(false)
  expect(isSpread(windows, EMPTY_IMAGE, START_MS)).toBe(false)
  expect(spreadUntil(EMPTY_IMAGE)).toBeLessThan(0)
})

test('a bucket that is over frees what was admitted in it one window later', () => {
  const shape = shapeOf({ limit: 10, windowSeconds: 60 }, 'standard')
  const { item, now } = play(ruleWith(), [{ afterMs: 0, cost: 4 }])
  const freedMs = bucketStart(shape, bucketAt(shape, now) + 13)
  expect(standingIn(shape, item, freedMs - 1)).toMatchObject({ used: 4, remaining: 6, resetMs: 1 })
  expect(standingIn(shape, item, freedMs)).toMatchObject({ used: 0, remaining: 10, resetMs: 0 })
})
