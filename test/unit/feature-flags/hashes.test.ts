import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { bucketerOf } from '../../../shared/feature-flags/bucketing.ts'
import { HASHES } from '../../../shared/feature-flags/flag.ts'
import { HASHERS } from '../../../shared/feature-flags/hashes.ts'
import { bucketOfPart, BUCKETS } from '../../../shared/feature-flags/hashes/hasher.ts'
import { bucketOfPosition } from '../../../shared/feature-flags/hashes/launchdarkly.ts'

/** Texts of any letters, broken surrogate pairs among them. */
const anyText = fc.string({ unit: 'binary', maxLength: 40 })
const RUNS = { numRuns: 2_000 }

describe.each(HASHES)('the hash "%s"', (name) => {
  it('puts every id into one of 100,000 buckets, always the same one', () => {
    fc.assert(
      fc.property(anyText, anyText, (salt, id) => {
        const bucket = HASHERS[name](salt)(id)
        expect(Number.isInteger(bucket) && bucket >= 0 && bucket < BUCKETS).toBe(true)
        expect(HASHERS[name](salt)(id)).toBe(bucket)
      }),
      RUNS,
    )
  })

  it('knows nothing of another salt', () => {
    const one = HASHERS[name]('one')
    const other = HASHERS[name]('other')
    const same = Array.from({ length: 10_000 }, (_, index) => `user-${index}`).filter(
      (id) => one(id) < BUCKETS / 2 === other(id) < BUCKETS / 2,
    )
    // Half of them, within five standard deviations.
    expect(Math.abs(same.length - 5_000)).toBeLessThan(250)
  })
})

describe('a scale', () => {
  test.each(['unleash-variant', 'flagd'] as const)('of %s leaves each part whole', (name) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: BUCKETS }), anyText, (scale, id) => {
        const bucket = HASHERS[name]('salt', scale)(id)
        const part = Array.from(
          { length: 3 },
          (_, index) => Math.floor((bucket * scale) / BUCKETS) + index - 1,
        ).find(
          (candidate) =>
            bucket >= bucketOfPart(candidate, scale) && bucket < bucketOfPart(candidate + 1, scale),
        )
        expect(part).toBeGreaterThanOrEqual(0)
        expect(part).toBeLessThan(scale)
      }),
      RUNS,
    )
  })

  it('has no two parts in one bucket', () => {
    for (const scale of [1, 3, 7, 1_000, 99_991, BUCKETS]) {
      const firsts = new Set(Array.from({ length: scale }, (_, part) => bucketOfPart(part, scale)))
      expect(firsts.size).toBe(scale)
      expect(bucketOfPart(scale, scale)).toBe(BUCKETS)
    }
  })
})

/** The greatest number below one that is above zero. */
const below = (position: number): number => {
  const bits = new BigInt64Array(new Float64Array([position]).buffer)
  bits[0] = (bits[0] ?? 0n) - 1n
  return new Float64Array(bits.buffer)[0] ?? 0
}

describe('a position of LaunchDarkly', () => {
  it('is in the bucket that begins at it, and the next one below is not', () => {
    const wrong = Array.from({ length: BUCKETS - 1 }, (_, index) => index + 1).filter(
      (bucket) =>
        bucketOfPosition(bucket / BUCKETS) !== bucket ||
        bucketOfPosition(below(bucket / BUCKETS)) !== bucket - 1,
    )
    expect(wrong).toEqual([])
  })

  it('is in the first bucket at 0 and in the last at 1, to which it may be rounded', () => {
    expect(bucketOfPosition(0)).toBe(0)
    expect(bucketOfPosition(1)).toBe(BUCKETS - 1)
  })

  it('is made of the first fifteen digits', () => {
    fc.assert(
      fc.property(anyText, anyText, (salt, id) => {
        const digits = createHash('sha1').update(`${salt}.${id}`).digest('hex').slice(0, 15)
        const position = Number.parseInt(digits, 16) / 2 ** 60
        expect(HASHERS.launchdarkly(salt)(id)).toBe(bucketOfPosition(position))
      }),
      RUNS,
    )
  })
})

describe('where shares begin', () => {
  it('is in bucket 0, or as far on as is said', () => {
    const plain = bucketerOf({ hash: 'growthbook-2', salt: 's' }, 'flag')
    const turned = bucketerOf({ hash: 'growthbook-2', salt: 's', start: 25.5 }, 'flag')
    fc.assert(
      fc.property(anyText, (id) => {
        expect((turned(id) + 25_500) % BUCKETS).toBe(plain(id))
      }),
    )
  })

  it('is the key of the flag that ids are hashed with when there is no salt', () => {
    const bucketOf = bucketerOf({ hash: 'unleash' }, 'flag')
    expect(bucketOf('user-1')).toBe(HASHERS.unleash('flag')('user-1'))
  })
})
