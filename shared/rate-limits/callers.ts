import { EMPTY_IMAGE, type CounterImage } from './counter.ts'
import type { AskRate, Taken } from './lease.ts'

/** What a container knows of one caller under one rule. */
export interface Caller {
  /** The counter as it was last seen. */
  image: CounterImage
  /** When that was, milliseconds since the epoch. */
  seenAt: number
  rate: AskRate | undefined
  /** Units taken in advance, and until when they are good. */
  leased: number
  leasedUntil: number
  /** The buckets that they are counted in, one a window. */
  leasedIn: readonly number[]
  /** A write on its way that others wait for: a lease, or a debt. Tells whether the store has answered. */
  leasing: Promise<boolean> | undefined
  /** How many units those want who wait for it. */
  waiting: number
  /** What this container has taken from the store in about one window. */
  taken: Taken | undefined
  /** This container's part of the use, 0 to 1, as of its last write; `undefined` before the first. */
  share: number | undefined
  /** Its counter was throttled, and is to be spread over shards. */
  isHot: boolean
  /** Which shard it is served from, where its counter is spread. */
  shard: number | undefined
  /** What was admitted while the store did not answer. */
  unrecorded: CounterImage
  /** How much of that is still to be recorded. */
  debt: number
}

const newcomer = (): Caller => ({
  image: EMPTY_IMAGE,
  seenAt: -Infinity,
  rate: undefined,
  leased: 0,
  leasedUntil: 0,
  leasedIn: [],
  leasing: undefined,
  waiting: 0,
  taken: undefined,
  share: undefined,
  isHot: false,
  shard: undefined,
  unrecorded: EMPTY_IMAGE,
  debt: 0,
})

/** About 2 KB each. */
const MAX_CALLERS = 10_000

/** What a container remembers of its callers; whoever was not heard of for longest is forgotten first. */
export function callerCache(): (key: string) => Caller {
  const callers = new Map<string, Caller>()
  return (key) => {
    const caller = callers.get(key) ?? newcomer()
    callers.delete(key)
    callers.set(key, caller)
    const oldest = callers.size > MAX_CALLERS ? callers.keys().next().value : undefined
    if (oldest !== undefined) callers.delete(oldest)
    return caller
  }
}
