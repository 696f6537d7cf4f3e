import type { Effects } from '../kernel/effects.ts'
import type { Buckets } from './admission.ts'
import { EMPTY_IMAGE, type CounterImage } from './counter.ts'
import type { AskRate, Taken } from './lease.ts'
import { isCounterName, isStale, type Shape } from './windows.ts'

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
  /** The buckets that they are counted in, and the windows for which there was room for them. */
  leasedIn: Buckets
  leasedUnder: readonly Shape[]
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
  /** Counts what was admitted while the store did not answer. */
  unrecorded: CounterImage
  /** Counts what of that is still to be recorded. */
  owed: CounterImage
  /** Whether more may be owed: whoever could not be remembered may not. */
  mayOwe: boolean
}

const newcomer = (): Caller => ({
  image: EMPTY_IMAGE,
  seenAt: -Infinity,
  rate: undefined,
  leased: 0,
  leasedUntil: 0,
  leasedIn: {},
  leasedUnder: [],
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
  owed: EMPTY_IMAGE,
  mayOwe: true,
})

/** About 2 KB each. */
const MAX_CALLERS = 10_000
/** Of those who are forgotten otherwise. Once so many are in debt, nobody else gets into debt. */
const MAX_DEBTORS = 10_000

/** Whether the store is still to hear of something that some window counts. */
const isInDebt = ({ owed }: Caller, now: number): boolean =>
  Object.entries(owed.numbers).some(([name, value]) => isCounterName(name) && !isStale(name, value, now))

const mustStay = (caller: Caller, now: number): boolean => caller.writes > 0 || isInDebt(caller, now)

/** Whoever was put in first, if there is anybody. */
function oldestIn(callers: ReadonlyMap<string, Caller>): readonly [string, Caller][] {
  const { value } = callers.entries().next()
  return value === undefined ? [] : [value]
}

/**
 * What a container remembers of its callers; whoever was not heard of for longest is forgotten first, unless the store is
 * still to hear of him.
 */
export function callerCache({ now }: Pick<Effects, 'now'>): (key: string) => Caller {
  const callers = new Map<string, Caller>()
  const debtors = new Map<string, Caller>()

  function forgetOldest(): void {
    for (const [key, caller] of oldestIn(callers)) {
      callers.delete(key)
      if (mustStay(caller, now())) debtors.set(key, caller)
    }
    for (const [key, caller] of oldestIn(debtors)) {
      if (!mustStay(caller, now())) debtors.delete(key)
    }
  }

  return (key) => {
    const caller = callers.get(key) ?? debtors.get(key) ?? newcomer()
    callers.delete(key)
    debtors.delete(key)
    callers.set(key, caller)
    if (callers.size > MAX_CALLERS) forgetOldest()
    caller.mayOwe = debtors.size < MAX_DEBTORS
    return caller
  }
}
