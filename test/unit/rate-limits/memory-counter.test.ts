import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { admissionBuckets } from '../../../shared/rate-limits/admission.ts'
import {
  bucketFor,
  type CounterImage,
  EMPTY_IMAGE,
  roomIn,
  shapesOf,
  usedIn,
} from '../../../shared/rate-limits/counter.ts'
import {
  admittedIn,
  shareOf,
  takenBackIn,
  together,
  UNKNOWN_SHARE,
} from '../../../shared/rate-limits/memory-counter.ts'
import { bucketAt, isCounterName } from '../../../shared/rate-limits/windows.ts'
import { admit, ruleWith } from '../../support/counter-model.ts'
import { START_MS } from '../../support/effects.ts'

const RULE = ruleWith({
  windows: [
    { limit: 1_000, windowSeconds: 1 },
    { limit: 5_000, windowSeconds: 7 },
  ],
})
const SHAPES = shapesOf(RULE, undefined)
const admitted = (image: CounterImage, cost: number, now: number) =>
  admittedIn(SHAPES, image, cost, admissionBuckets(SHAPES, image, now), now)
const steps = fc.array(fc.record({ afterMs: fc.nat(2_000), cost: fc.integer({ min: 1, max: 5 }) }), {
  maxLength: 30,
})

test('counts as the store does', () => {
  fc.assert(
    fc.property(steps, fc.nat(8_000), (admissions, laterMs) => {
      let stored = EMPTY_IMAGE
      let remembered = EMPTY_IMAGE
      let now = START_MS
      for (const { afterMs, cost } of admissions) {
        now += afterMs
        stored = admit(RULE, stored, now, { cost }).item
        remembered = admitted(remembered, cost, now)
      }
      for (const shape of SHAPES) {
        const bucket = bucketAt(shape, now + laterMs)
        expect(usedIn(shape, remembered, bucket)).toBe(usedIn(shape, stored, bucket))
      }
    }),
  )
})

test('forgets what is over: what a container remembers does not grow', () => {
  let image = EMPTY_IMAGE
  for (let minute = 0; minute < 50; minute += 1) {
    image = admitted(image, 1, START_MS + minute * 60_000)
  }
  expect(Object.keys(image.numbers)).toHaveLength(2 * 14)
})

test('goes on from an image of the store, its fence and its override', () => {
  const shape = SHAPES.slice(0, 1)
  const { item } = admit(RULE, EMPTY_IMAGE, START_MS)
  const image = admitted({ ...item, texts: { ov: '{}' } }, 4, START_MS - 500)
  expect(image.texts).toEqual({ ov: '{}' })
  expect(shape.map((each) => bucketFor(each, image, START_MS - 500))).toEqual(
    shape.map((each) => bucketAt(each, START_MS)),
  )
  expect(roomIn(SHAPES, image, START_MS)).toBe(995)
})

test('leaves the image that it starts from as it was', () => {
  admitted(EMPTY_IMAGE, 1, START_MS)
  expect(EMPTY_IMAGE).toEqual({ numbers: {}, texts: {} })
})

/** The limits of such a share. */
const limits = (share: number) => shareOf(SHAPES, share).map(({ limit }) => limit)

test('a share of a limit is whole, and never nothing', () => {
  expect(limits(0.25)).toEqual([250, 1_250])
  expect(limits(UNKNOWN_SHARE)).toEqual([100, 500])
  expect(limits(0.0015)).toEqual([1, 7])
  expect(limits(0)).toEqual([1, 1])
  expect(limits(1)).toEqual([1_000, 5_000])
})

test('what is taken back was never there', () => {
  fc.assert(
    fc.property(steps, (admissions) => {
      let image = EMPTY_IMAGE
      let now = START_MS
      for (const { afterMs, cost } of admissions) {
        now += afterMs
        image = admitted(image, cost, now)
      }
      const buckets = admissionBuckets(SHAPES, image, now)
      const after = takenBackIn(SHAPES, admittedIn(SHAPES, image, 7, buckets, now), 7, buckets)
      for (const shape of SHAPES) {
        const bucket = bucketFor(shape, image, now)
        for (let ahead = 0; ahead <= shape.buckets; ahead += 1)
          expect(usedIn(shape, after, bucket + ahead)).toBe(usedIn(shape, image, bucket + ahead))
      }
    }),
  )
})

test('two counters together count what both have counted, and neither opens what the other has closed', () => {
  const [one, other] = [admitted(EMPTY_IMAGE, 3, START_MS), admitted(EMPTY_IMAGE, 4, START_MS + 500)]
  const both = together(one, other)
  for (const shape of SHAPES) {
    const bucket = bucketAt(shape, START_MS + 500)
    expect(usedIn(shape, both, bucket)).toBe(7)
    expect(bucketFor(shape, both, START_MS)).toBe(bucket)
  }
})

test('a window of which an admission knows no bucket is left alone', () => {
  const [first] = SHAPES
  if (first === undefined) throw new Error('The rule has two windows.')
  const buckets = { [first.prefix]: bucketAt(first, START_MS) }
  const image = admittedIn(SHAPES, EMPTY_IMAGE, 1, buckets, START_MS)
  expect(Object.keys(image.numbers).filter((name) => isCounterName(name))).toHaveLength(13)
  expect(roomIn([first], image, START_MS)).toBe(999)
  expect(takenBackIn(SHAPES, image, 1, {})).toEqual(image)
})

test('nothing is taken back below nothing', () => {
  const buckets = admissionBuckets(SHAPES, EMPTY_IMAGE, START_MS)
  expect(takenBackIn(SHAPES, EMPTY_IMAGE, 1, buckets)).toEqual(EMPTY_IMAGE)
})
