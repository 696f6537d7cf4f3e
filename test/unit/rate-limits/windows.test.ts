import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bucketAt,
  bucketStart,
  counterName,
  fenceName,
  isCounterName,
  isStale,
  shapeOf,
} from '../../../shared/rate-limits/windows.ts'

const MONTH_SECONDS = 31 * 86_400
const YEAR_MS = 365.25 * 86_400_000
const precisions = fc.constantFrom('standard' as const, 'fine' as const)
const shapes = fc
  .tuple(fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: MONTH_SECONDS })), precisions)
  .map(([windowSeconds, precision]) => shapeOf({ limit: 10, windowSeconds }, precision))
/** From 2020 to 2100. */
const moments = fc.integer({ min: 50 * YEAR_MS, max: 130 * YEAR_MS })

test('a window is cut into 12 parts, or into 60 where it is to be precise', () => {
  expect(shapeOf({ limit: 5, windowSeconds: 60 }, 'standard')).toMatchObject({ limit: 5, buckets: 12 })
  expect(shapeOf({ limit: 5, windowSeconds: 60 }, 'fine')).toMatchObject({ windowSeconds: 60, buckets: 60 })
})

test('an interval as long as the window touches at most one bucket more than the window has', () => {
  fc.assert(
    fc.property(shapes, moments, (shape, now) => {
      const lastMs = now + shape.windowSeconds * 1000 - 1
      expect(bucketAt(shape, lastMs) - bucketAt(shape, now)).toBeLessThanOrEqual(shape.buckets)
    }),
  )
})

test('a bucket begins with its first whole millisecond', () => {
  fc.assert(
    fc.property(shapes, moments, (shape, now) => {
      const bucket = bucketAt(shape, now)
      const start = bucketStart(shape, bucket)
      expect(Number.isInteger(start)).toBe(true)
      expect([start - 1, start, now].map((at) => bucketAt(shape, at))).toEqual([bucket - 1, bucket, bucket])
    }),
  )
})

test('buckets that begin with a whole millisecond are not late by one', () => {
  const shape = shapeOf({ limit: 1, windowSeconds: 64 }, 'fine')
  expect(bucketStart(shape, 1_968_327_936)).toBe(2_099_549_798_400)
  expect(bucketAt(shape, 2_099_549_798_400)).toBe(1_968_327_936)
})

test('names are letters and digits', () => {
  fc.assert(
    fc.property(shapes, moments, (shape, now) => {
      expect(counterName(shape, bucketAt(shape, now))).toMatch(/^[A-Za-z][A-Za-z0-9]+$/)
      expect(fenceName(shape)).toMatch(/^[A-Za-z][A-Za-z0-9]+$/)
    }),
  )
})

test('windows of different length or precision never share a name, nor do two buckets', () => {
  fc.assert(
    fc.property(shapes, shapes, moments, moments, (left, right, leftMs, rightMs) => {
      const names = [
        counterName(left, bucketAt(left, leftMs)),
        counterName(right, bucketAt(right, rightMs)),
        fenceName(left),
        fenceName(right),
      ]
      const isSameWindow = left.prefix === right.prefix
      const isSameBucket = isSameWindow && bucketAt(left, leftMs) === bucketAt(right, rightMs)
      expect(new Set(names).size).toBe(4 - Number(isSameWindow) - Number(isSameBucket))
    }),
  )
})

/**
 * Of DynamoDB's reserved words (upper and lower case are one to it), these are formed like the name of a counter; none is
 * formed like that of a fence, since none begins with KF or KS.
 */
const ALIKE = ['SUBMULTISET', 'SUBPARTITION', 'SUBSTRING', 'SUBTYPE']

test('no name is a reserved word of DynamoDB', () => {
  for (const word of ALIKE) {
    const [, length = '', bucket = ''] = /^S(.)B(.+)$/.exec(word) ?? []
    const shape = shapeOf({ limit: 1, windowSeconds: Number.parseInt(length, 36) }, 'standard')
    const startMs = bucketStart(shape, Number.parseInt(bucket, 36))
    expect(counterName(shape, Number.parseInt(bucket, 36)).toUpperCase()).toBe(word)
    expect(startMs < 50 * YEAR_MS || startMs > 130 * YEAR_MS).toBe(true)
  }
})

test('nothing is stale that is read or written in the bucket of this moment or in a later one', () => {
  fc.assert(
    fc.property(shapes, moments, fc.nat(200), (shape, now, ahead) => {
      const bucket = bucketAt(shape, now) + ahead
      for (let j = bucket - shape.buckets; j <= bucket; j += 1)
        expect(isStale(counterName(shape, j), 1, now)).toBe(false)
      expect(isStale(fenceName(shape), bucket, now)).toBe(false)
    }),
    { numRuns: 50 },
  )
})

test('a counter is stale as soon as the last bucket that reads it is over, and so is a fence', () => {
  fc.assert(
    fc.property(shapes, moments, (shape, now) => {
      const bucket = bucketAt(shape, now)
      const overMs = bucketStart(shape, bucket + shape.buckets + 1)
      for (const name of [counterName(shape, bucket), fenceName(shape)]) {
        expect(isStale(name, bucket, overMs - 1)).toBe(false)
        expect(isStale(name, bucket, overMs)).toBe(true)
      }
    }),
  )
})

test('counters are told from fences and from everything else by their names', () => {
  fc.assert(
    fc.property(shapes, moments, (shape, now) => {
      expect(isCounterName(counterName(shape, bucketAt(shape, now)))).toBe(true)
      expect(isCounterName(fenceName(shape))).toBe(false)
    }),
  )
  for (const name of ['expiresAt', 'ov', 'sh', 'pk']) expect(isCounterName(name)).toBe(false)
})

test('what is no counter is never stale', () => {
  for (const name of ['expiresAt', 'version', 'pk', 'S1o', 'S1oBx-', 'kX1o']) {
    expect(isStale(name, 0, Number.MAX_SAFE_INTEGER)).toBe(false)
  }
})
