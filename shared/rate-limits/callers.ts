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
  /** Writes on their way, and whether everybody else waits for one of them. */
  writes: number
  isReserved: boolean
  /** How many units they take. */
  inFlight: number
  /** How many of those are for others than who asked for them: for those who wait, and in advance. */
  coming: number
  /** How many units those want who wait. */
  wanted: number
  /** Ends with the next of the writes, if somebody waits for that. Tells whether the store has answered. */
  nextWrite: PromiseWithResolvers<boolean> | undefined
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
  writes: 0,
  isReserved: false,
  inFlight: 0,
  coming: 0,
  wanted: 0,
  nextWrite: undefined,
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
