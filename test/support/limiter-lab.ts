import type { Effects } from '../../shared/kernel/effects.ts'
import type { CounterItem, UpdateCounter } from '../../shared/kernel/table/counters.ts'
import { BUDGET_MS, counterStore } from '../../shared/rate-limits/counter-store.ts'
import { LimitSetReader } from '../../shared/rate-limits/limit-set.ts'
import { makeLimiter, type Limiter } from '../../shared/rate-limits/limiter.ts'
import type { RateLimitRule } from '../../shared/rate-limits/rule.ts'
import { bucketAt, counterName, fenceName, type Shape } from '../../shared/rate-limits/windows.ts'
import { manualEffects, START_MS } from './effects.ts'
import { memoryCounters, type MemoryCounters } from './memory-counters.ts'
import { rulesTable } from './rules-table.ts'

/** A limiter of the lab, and the clock that it goes by. */
export interface LabLimiter extends Limiter {
  readonly now: () => number
}

/** Some containers on one manual clock, each with its own skew, over one store in memory. */
export interface LimiterLab {
  readonly store: MemoryCounters
  readonly limiters: readonly LabLimiter[]
  /** The true time, milliseconds since the epoch. */
  readonly now: () => number
  readonly advance: (ms: number) => void
}

interface LabOptions {
  readonly rules: readonly RateLimitRule[]
  /** How far the clock of each limiter is ahead, milliseconds. */
  readonly skewsMs: readonly number[]
  readonly startMs?: number
  /** What stands between the limiters and the store. */
  readonly between?: (update: UpdateCounter) => UpdateCounter
}

/** Sets up a lab. */
export function limiterLab({ rules, skewsMs, startMs = START_MS, between }: LabOptions): LimiterLab {
  const store = memoryCounters()
  const clock = manualEffects(startMs)
  const send = between === undefined ? store.update : between(store.update)
  const limiters = skewsMs.map((skewMs) => {
    const effects: Effects = { ...clock, now: () => clock.now() + skewMs }
    const limiter = makeLimiter({
      sets: new LimitSetReader(rulesTable(), rules, effects),
      store: counterStore(send, effects, BUDGET_MS),
      table: rulesTable(),
      effects,
      patienceMs: BUDGET_MS,
    })
    return { ...limiter, now: effects.now }
  })
  return { store, limiters, now: clock.now, advance: clock.advance }
}

const roomAt = (shape: Shape, { numbers }: CounterItem, bucket: number): number =>
  shape.limit - (numbers[counterName(shape, bucket - shape.buckets)] ?? 0)

/** The bucket of a limiter's clock, or a later one that somebody has written to. */
const newestBucket = (shape: Shape, { numbers }: CounterItem, now: number): number =>
  Math.max(bucketAt(shape, now), numbers[fenceName(shape)] ?? 0)

/** How much the store's own item leaves of one window in the newest bucket. */
export const newestRoom = (shape: Shape, item: CounterItem, now: number): number =>
  roomAt(shape, item, newestBucket(shape, item, now))

/**
 * How much the store's own item leaves of all windows to a limiter whose clock shows `now`. Its clock may be behind what
 * others have written: then the least of what is left in its own bucket and in each later one up to the newest.
 */
export function trueRoom(shapes: readonly Shape[], item: CounterItem, now: number): number {
  const rooms = shapes.flatMap((shape) => {
    const own = bucketAt(shape, now)
    const count = newestBucket(shape, item, now) - own + 1
    return Array.from({ length: count }, (_, index) => roomAt(shape, item, own + index))
  })
  return Math.min(...rooms)
}
