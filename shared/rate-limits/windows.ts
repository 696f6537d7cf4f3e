import type { LimitWindow, RateLimitRule } from './rule.ts'

/** Into how many parts a window is cut. More of them lose less of the limit, and make a larger item. */
const BUCKETS = { standard: 12, fine: 60 } as const

/** Tells in an attribute's name how many parts its window has. */
const LETTERS = { standard: 'S', fine: 'F' } as const
const BUCKETS_BY_LETTER: Readonly<Record<string, number>> = { S: BUCKETS.standard, F: BUCKETS.fine }

/**
 * A window as the counter sees it: cut into `buckets` parts of equal length. Any interval as long as the window touches
 * at most `buckets + 1` of them.
 */
export interface Shape {
  readonly limit: number
  readonly windowSeconds: number
  readonly buckets: number
  /** Begins the names of its attributes; windows of different length or precision never share one. */
  readonly prefix: string
}

/** Cuts a window of a rule. */
export function shapeOf({ limit, windowSeconds }: LimitWindow, precision: RateLimitRule['precision']): Shape {
  const buckets = BUCKETS[precision]
  return {
    limit,
    windowSeconds,
    buckets,
    prefix: `${LETTERS[precision]}${windowSeconds.toString(36)}`,
  }
}

/** What the beginning of a bucket depends on. */
type Cut = Pick<Shape, 'windowSeconds' | 'buckets'>

/**
 * The bucket of a moment. Multiplies before it divides: a bucket of 1/12 s has no exact length in milliseconds.
 * @param now milliseconds since the epoch
 */
export const bucketAt = ({ windowSeconds, buckets }: Cut, now: number): number =>
  Math.floor((now * buckets) / (windowSeconds * 1000))

/** The first whole millisecond of a bucket, since the epoch. */
export const bucketStart = ({ windowSeconds, buckets }: Cut, bucket: number): number =>
  Math.ceil((bucket * windowSeconds * 1000) / buckets)

/** The attribute that counts what was admitted in `bucket` and the `buckets` after it. */
export const counterName = ({ prefix }: Shape, bucket: number): string => `${prefix}B${bucket.toString(36)}`

/** The attribute that holds the newest bucket anybody has written to. */
export const fenceName = ({ prefix }: Shape): string => `k${prefix}`

const COUNTER = /^([SF])([0-9a-z]+)B([0-9a-z]+)$/
const FENCE = /^k([SF])([0-9a-z]+)$/

/**
 * Whether nobody will ever read this attribute again. Decided from its name alone, so that attributes of windows that
 * the rule no longer has go too.
 * @param value what it holds
 * @param now milliseconds since the epoch
 */
export function isStale(name: string, value: number, now: number): boolean {
  const [, letter = '', length = '', bucket] = COUNTER.exec(name) ?? FENCE.exec(name) ?? []
  const buckets = BUCKETS_BY_LETTER[letter]
  if (buckets === undefined) return false
  const windowSeconds = Number.parseInt(length, 36)
  // A counter is read for `buckets` after its own; a fence matters for as long as a counter beside it.
  const last = (bucket === undefined ? value : Number.parseInt(bucket, 36)) + buckets
  return bucketAt({ windowSeconds, buckets }, now) > last
}

/** Whether an attribute counts admissions; the others are fences and dates. */
export const isCounterName = (name: string): boolean => COUNTER.test(name)
