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

/** The first moment at which a counter with these windows means nothing any more, seconds since the epoch. */
export const expiryOf = (shapes: readonly Shape[], now: number): number =>
  Math.ceil((now + Math.max(...shapes.map(({ windowSeconds }) => 2_000 * windowSeconds)) + KEEP_MS) / 1000)

/**
 * A write to the counters that cover the current bucket, if nobody has closed that, and if the caller's override is the
 * one that `image` shows.
 * @param amountOf how much is added to each of them
 */
function counterUpdate(
  key: Key,
  shapes: readonly Shape[],
  image: CounterImage,
  now: number,
  amountOf: (counter: string) => number,
): CounterUpdate {
  const override = image.texts[OVERRIDE_ATTRIBUTE]
  const add: Record<string, number> = {}
  const set: Record<string, number> = {}
  const atMost: Record<string, number> = {}
  for (const shape of shapes) {
    const bucket = bucketFor(shape, image, now)
    for (let j = bucket - shape.buckets; j <= bucket; j += 1) {
      const name = counterName(shape, j)
      const amount = amountOf(name)
      if (amount > 0) add[name] = amount
    }
    atMost[fenceName(shape)] = bucket
    set[fenceName(shape)] = bucket
  }
  // An item with an override is not garbage, however long its caller stays away, until the override has ended.
  if (overrideOn(image, now) === undefined) set['expiresAt'] = expiryOf(shapes, now)
  // A closed counter stays as it is while its shards count; afterwards the first one to come opens it again.
  const isOpen = !isSpread(shapes, image, now)
  atMost[SPREAD_UNTIL] = isOpen ? spreadUntil(image) : -1
  const reopened = isOpen && SPREAD_UNTIL in image.numbers ? [SPREAD_UNTIL] : []
  const remove = [...staleNames(image, set, now), ...reopened]
  return { key, add, set, remove, atMost, atLeast: {}, texts: { [OVERRIDE_ATTRIBUTE]: override } }
}

/**
 * The one conditional write that admits: adds to every counter that covers the current bucket, if the window has room.
 * @param image the item as it was last seen
 */
export function admissionUpdate(
  key: Key,
  shapes: readonly Shape[],
  image: CounterImage,
  cost: number,
  now: number,
): CounterUpdate {
  const update = counterUpdate(key, shapes, image, now, () => cost)
  const rooms = shapes.map((shape) => [
    counterName(shape, bucketFor(shape, image, now) - shape.buckets),
    shape.limit - cost,
  ])
  const atMost = { ...update.atMost, ...Object.fromEntries(rooms) }
  // No counter bounds a cost that is larger than the limit itself. No override has an empty text, so this write is
  // refused, and shows the override that may make the limit large enough.
  const isTooLarge = shapes.some(({ limit }) => limit < cost)
  return { ...update, atMost, ...(isTooLarge ? { texts: { [OVERRIDE_ATTRIBUTE]: '' } } : {}) }
}

/**
 * The write that records what was admitted while the store did not answer, whether there is room for it or not: in the
 * buckets in which it was admitted, as far as these are still in the window.
 * @param owed counts what was admitted, as the counter itself would have
 */
export const debtUpdate = (
  key: Key,
  shapes: readonly Shape[],
  image: CounterImage,
  owed: CounterImage,
  now: number,
): CounterUpdate => counterUpdate(key, shapes, image, now, (name) => owed.numbers[name] ?? 0)

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
  readonly buckets: Buckets
}

/** The bucket of each window, by the window's prefix: the windows of a rule may be others by the time it is given back. */
export type Buckets = Readonly<Record<string, number>>

/** The buckets in which an admission made now is counted. */
export const admissionBuckets = (shapes: readonly Shape[], image: CounterImage, now: number): Buckets =>
  Object.fromEntries(shapes.map((shape) => [shape.prefix, bucketFor(shape, image, now)]))

/**
 * The write that gives an admission back: to those of its counters that still matter, of windows that the rule still has.
 * @returns `undefined` when none does any more
 */
export function refundUpdate(
  { key, cost, buckets }: Admission,
  shapes: readonly Shape[],
  now: number,
): CounterUpdate | undefined {
  const add: Record<string, number> = {}
  const atLeast: Record<string, number> = {}
  for (const shape of shapes) {
    const bucket = buckets[shape.prefix]
    if (bucket === undefined) continue
    for (let j = bucket - shape.buckets; j <= bucket; j += 1) {
      if (bucketStart(shape, j + shape.buckets + 1) <= now) continue
      add[counterName(shape, j)] = -cost
      atLeast[counterName(shape, j)] = cost
    }
  }
  if (Object.keys(add).length === 0) return undefined
  return { key, add, set: {}, remove: [], atMost: {}, atLeast, texts: {} }
}
