import type { CounterItem } from '../kernel/table/counters.ts'
import { readOverride, type Override } from './override.ts'
import type { RateLimitRule } from './rule.ts'
import { bucketAt, bucketStart, counterName, fenceName, shapeOf, type Shape } from './windows.ts'

/**
 * The overlapping-window counter: attribute j counts what was admitted in the buckets j … j + N, so that an admission
 * adds to N + 1 attributes and asking how much is used reads one. Strict in any interval as long as the window, with one
 * conditional write and no read. Counters only grow within their bucket, which is what makes an old image of an item
 * enough to deny by.
 */
export type CounterImage = CounterItem

/** What nothing has been counted in yet. */
export const EMPTY_IMAGE: CounterImage = { numbers: {}, texts: {} }

/** The attribute that carries an override on the counter's own item: a decision needs no read to know of it. */
export const OVERRIDE_ATTRIBUTE = 'ov'

/** The override that an item carries, unless it has ended by now. */
export function overrideOn(image: CounterImage, now: number): Override | undefined {
  const text = image.texts[OVERRIDE_ATTRIBUTE]
  const override = text === undefined ? undefined : readOverride(text)
  return override?.expiresAt === undefined || override.expiresAt > now ? override : undefined
}

/** 1.15 × 100 is 115, and 114.99999999999999 in binary: what is beyond 15 digits is noise. */
const multiplied = (limit: number, multiplier: number): number =>
  Math.max(1, Math.floor(Number((limit * multiplier).toPrecision(15))))

/** The windows of a rule as they hold for the caller of this item: whole limits, and never less than 1. */
export const shapesOf = (rule: RateLimitRule, override: Override | undefined): readonly Shape[] =>
  rule.windows.map((window) =>
    shapeOf({ ...window, limit: multiplied(window.limit, override?.multiplier ?? 1) }, rule.precision),
  )

/**
 * The bucket to decide in. A clock behind that of another writer may not reopen what that one has closed, so it goes by
 * the newest bucket that was written to.
 */
export const bucketFor = (shape: Shape, image: CounterImage, now: number): number =>
  Math.max(bucketAt(shape, now), image.numbers[fenceName(shape)] ?? 0)

/** How much of the window before (and with) `bucket` is used. */
export const usedIn = (shape: Shape, image: CounterImage, bucket: number): number =>
  Math.max(0, image.numbers[counterName(shape, bucket - shape.buckets)] ?? 0)

/** How much could be admitted at once; less than nothing when a limit was lowered. */
export const roomIn = (shapes: readonly Shape[], image: CounterImage, now: number): number =>
  Math.min(...shapes.map((shape) => shape.limit - usedIn(shape, image, bucketFor(shape, image, now))))

/** One window of a caller, as it stands. */
export interface Standing {
  readonly limit: number
  readonly windowSeconds: number
  readonly used: number
  readonly remaining: number
  /** Until some of what is used leaves the window, milliseconds; 0 when nothing is used. */
  readonly resetMs: number
}

/** The first bucket from `from` on in which no more than `used` is used. */
function bucketWithUseOf(shape: Shape, image: CounterImage, from: number, used: number): number {
  let bucket = from
  while (bucket <= from + shape.buckets && usedIn(shape, image, bucket) > used) bucket += 1
  return bucket
}

/** Where a caller stands in one window. */
export function standingIn(shape: Shape, image: CounterImage, now: number): Standing {
  const bucket = bucketFor(shape, image, now)
  const used = usedIn(shape, image, bucket)
  const freer = () => bucketWithUseOf(shape, image, bucket, used - 1)
  return {
    limit: shape.limit,
    windowSeconds: shape.windowSeconds,
    used,
    remaining: Math.max(0, shape.limit - used),
    resetMs: used === 0 ? 0 : bucketStart(shape, freer()) - now,
  }
}

/**
 * When this much could be admitted at the earliest, as far as the image knows: others may be faster.
 * @returns milliseconds from now; `undefined` when the limit is smaller than that
 */
export function waitForRoom(
  shapes: readonly Shape[],
  image: CounterImage,
  cost: number,
  now: number,
): number | undefined {
  if (shapes.some(({ limit }) => limit < cost)) return undefined
  return Math.max(
    ...shapes.map((shape) => {
      const bucket = bucketFor(shape, image, now)
      const free = bucketWithUseOf(shape, image, bucket, shape.limit - cost)
      return free === bucket ? 0 : bucketStart(shape, free) - now
    }),
  )
}

/** The attribute of a counter that is closed because its shards count in its place: until when, milliseconds since the epoch. */
export const SPREAD_UNTIL = 'sh'
/** Clocks of containers may differ by this much. */
const SKEW_MS = 5_000

/** Until when the shards of a counter admit; long ago where there are none. */
export const spreadUntil = ({ numbers }: CounterImage): number => numbers[SPREAD_UNTIL] ?? -1

type Lengths = readonly Pick<Shape, 'windowSeconds'>[]

/**
 * When a closed counter counts again, milliseconds since the epoch. After its shards have ended, nobody admits for two
 * windows: what they admitted is not in the counter.
 */
export const openAgainAt = (windows: Lengths, image: CounterImage): number =>
  spreadUntil(image) + 2_000 * Math.max(...windows.map(({ windowSeconds }) => windowSeconds)) + SKEW_MS

/** Whether a counter is closed, and its shards count in its place. */
export const isSpread = (windows: Lengths, image: CounterImage, now: number): boolean =>
  spreadUntil(image) >= 0 && now < openAgainAt(windows, image)
