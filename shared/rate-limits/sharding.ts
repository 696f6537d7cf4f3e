import type { CounterUpdate } from '../kernel/table/counters.ts'
import { ENTITIES } from '../kernel/grants.ts'
import type { Key } from '../kernel/table/types.ts'
import { expiryOf } from './admission.ts'
import {
  bucketFor,
  overrideOn,
  shapesOf,
  SPREAD_UNTIL,
  spreadUntil,
  usedIn,
  type CounterImage,
  type Standing,
} from './counter.ts'
import type { Verdict } from './decision.ts'
import type { LimitWindow, RateLimitRule } from './rule.ts'

/**
 * A partition of DynamoDB takes 1,000 writes a second. A counter that is asked for more is spread over several items, each
 * with its part of the limit. The counter itself is closed first and stays as it is, so that everybody knows what of it is
 * still in the window: the parts share only the rest, and together they never admit more than the limit.
 */
export const SHARDS = 8

/** Below this a shard's part would be too small to be of use, and leases carry the load anyway. */
const MIN_LIMIT = 1_000 * SHARDS
/** How long a counter stays spread; whoever uses it in the last part of that prolongs it. */
const SPREAD_MS = 600_000
const PROLONG_MS = 60_000

/** Whether a rule's counters may be spread. */
export const maySpread = ({ windows }: RateLimitRule): boolean =>
  windows.every(({ limit }) => limit >= MIN_LIMIT)

/** Whether the shards may admit; if not, they may once somebody has prolonged them. */
export const mayAdmit = (image: CounterImage, now: number): boolean => now < spreadUntil(image)

/** Whether it is time to prolong. */
export const isEnding = (image: CounterImage, now: number): boolean => now >= spreadUntil(image) - PROLONG_MS

/** The write that closes a counter in favour of its shards, or prolongs that; refused when somebody else was faster. */
export function spreadUpdate(key: Key, rule: RateLimitRule, image: CounterImage, now: number): CounterUpdate {
  const until = now + SPREAD_MS
  const override = overrideOn(image, now)
  const expiry = { expiresAt: expiryOf(shapesOf(rule, override), until) }
  return {
    key,
    add: {},
    set: { [SPREAD_UNTIL]: until, ...(override === undefined ? expiry : {}) },
    remove: [],
    atMost: { [SPREAD_UNTIL]: spreadUntil(image) },
    atLeast: {},
    texts: {},
  }
}

const PREFIX = ENTITIES['rate-limit'].length

/** Where a shard stands: in a partition of its own. */
export function shardKey({ pk, sk }: Key, shard: number): Key {
  return { pk: `${pk.slice(0, PREFIX)}~${shard}#${pk.slice(PREFIX)}`, sk }
}

/** A shard's part of what the closed counter leaves; possibly nothing. */
export function shardWindows(rule: RateLimitRule, image: CounterImage, now: number): readonly LimitWindow[] {
  return shapesOf(rule, overrideOn(image, now)).map((shape) => {
    const left = shape.limit - usedIn(shape, image, bucketFor(shape, image, now))
    return { limit: Math.max(0, Math.floor(left / SHARDS)), windowSeconds: shape.windowSeconds }
  })
}

/** A window as the caller knows it, told from one shard: callers spread evenly, so the others stand alike. */
const wholeStanding = (standing: Standing, limit: number): Standing => {
  const remaining = Math.min(limit, standing.remaining * SHARDS)
  return { ...standing, limit, remaining, used: limit - remaining }
}

/** A shard's verdict in terms of the whole limit. */
export function wholeVerdict(
  verdict: Verdict,
  rule: RateLimitRule,
  image: CounterImage,
  now: number,
): Verdict {
  const limits = shapesOf(rule, overrideOn(image, now)).map(({ limit }) => limit)
  const standings = verdict.standings.map((standing, index) =>
    wholeStanding(standing, limits[index] ?? standing.limit),
  )
  return { ...verdict, standings }
}
