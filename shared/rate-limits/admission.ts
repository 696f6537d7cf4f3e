import type { CounterUpdate } from '../kernel/table/counters.ts'
import type { Key } from '../kernel/table/types.ts'
import {
  bucketFor,
  isSpread,
  OVERRIDE_ATTRIBUTE,
  overrideOn,
  SPREAD_UNTIL,
  spreadUntil,
  type CounterImage,
} from './counter.ts'
import { bucketStart, counterName, fenceName, isStale, type Shape } from './windows.ts'

/** An item without an override may be collected this long after its longest window has passed. */
const KEEP_MS = 3_600_000

/** How much is taken, and how much of it must find room. */
export interface Amount {
  readonly cost: number
  /** What was admitted while the store did not answer, and is recorded now whether there is room for it or not. */
  readonly debt: number
}

/** The first moment at which a counter with these windows means nothing any more, seconds since the epoch. */
export const expiryOf = (shapes: readonly Shape[], now: number): number =>
  Math.ceil((now + Math.max(...shapes.map(({ windowSeconds }) => 2_000 * windowSeconds)) + KEEP_MS) / 1000)

/**
 * The one conditional write that admits: adds to every counter that covers the current bucket, if the window has room,
 * if nobody has closed the bucket, and if the caller's override is the one that `image` shows.
 * @param image the item as it was last seen
 */
export function admissionUpdate(
  key: Key,
  shapes: readonly Shape[],
  image: CounterImage,
  { cost, debt }: Amount,
  now: number,
): CounterUpdate {
  const override = image.texts[OVERRIDE_ATTRIBUTE]
  const add: Record<string, number> = {}
  const set: Record<string, number> = {}
  const atMost: Record<string, number> = {}
  for (const shape of shapes) {
    const bucket = bucketFor(shape, image, now)
    for (let j = bucket - shape.buckets; j <= bucket; j += 1) add[counterName(shape, j)] = cost + debt
    atMost[fenceName(shape)] = bucket
    set[fenceName(shape)] = bucket
    // What only records a debt finds room or not.
    if (cost > 0) atMost[counterName(shape, bucket - shape.buckets)] = shape.limit - cost
  }
  // An item with an override is not garbage, however long its caller stays away, until the override has ended.
  if (overrideOn(image, now) === undefined) set['expiresAt'] = expiryOf(shapes, now)
  // No counter bounds a cost that is larger than the limit itself. No override has an empty text, so this write is
  // refused, and shows the override that may make the limit large enough.
  const seen = shapes.some(({ limit }) => limit < cost) ? '' : override
  // A closed counter stays as it is while its shards count; afterwards the first one to come opens it again.
  const isOpen = !isSpread(shapes, image, now)
  atMost[SPREAD_UNTIL] = isOpen ? spreadUntil(image) : -1
  const reopened = isOpen && SPREAD_UNTIL in image.numbers ? [SPREAD_UNTIL] : []
  const remove = [...staleNames(image, set, now), ...reopened]
  return { key, add, set, remove, atMost, atLeast: {}, texts: { [OVERRIDE_ATTRIBUTE]: seen } }
}

/**
 * An expression has at most 4 KB, and what one write leaves behind, the next one takes: at least as many as any rule adds,
 * or the item of a caller that comes rarely would only ever grow.
 */
const MAX_REMOVED = 128

const staleNames = (
  { numbers }: CounterImage,
  kept: Readonly<Record<string, number>>,
  now: number,
): readonly string[] =>
  Object.entries(numbers)
    .flatMap(([name, value]) => (!(name in kept) && isStale(name, value, now) ? [name] : []))
    .slice(0, MAX_REMOVED)

/** What was admitted, where: enough to give it back. */
export interface Admission {
  readonly key: Key
  readonly cost: number
  /** The bucket of each window. */
  readonly buckets: readonly number[]
}

/** The buckets in which an admission made now is counted. */
export const admissionBuckets = (
  shapes: readonly Shape[],
  image: CounterImage,
  now: number,
): readonly number[] => shapes.map((shape) => bucketFor(shape, image, now))

/**
 * The write that gives an admission back: to those of its counters that still matter.
 * @returns `undefined` when none does any more
 */
export function refundUpdate(
  { key, cost, buckets }: Admission,
  shapes: readonly Shape[],
  now: number,
): CounterUpdate | undefined {
  const add: Record<string, number> = {}
  const atLeast: Record<string, number> = {}
  shapes.forEach((shape, index) => {
    const bucket = buckets[index] ?? 0
    for (let j = bucket - shape.buckets; j <= bucket; j += 1) {
      if (bucketStart(shape, j + shape.buckets + 1) <= now) continue
      add[counterName(shape, j)] = -cost
      atLeast[counterName(shape, j)] = cost
    }
  })
  if (Object.keys(add).length === 0) return undefined
  return { key, add, set: {}, remove: [], atMost: {}, atLeast, texts: {} }
}
