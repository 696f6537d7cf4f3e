import { admissionBuckets } from './admission.ts'
import type { Caller } from './callers.ts'
import { overrideOn, roomIn, shapesOf, waitForRoom, type CounterImage } from './counter.ts'
import type { Owed, Verdict } from './decision.ts'
import { admittedIn, namesIn, shareOf, takenBackIn, UNKNOWN_SHARE } from './memory-counter.ts'
import type { RateLimitRule } from './rule.ts'
import { exempt, standingsOf, type Demand } from './verdicts.ts'

const REASON = 'store_unavailable'
/** When to try again: by then somebody may have reached the store. */
const RETRY_MS = 1_000

/**
 * The store does not answer: the rule's failure policy says what holds meanwhile. `local` lets this container admit the
 * share of the limit that it last had, counts that in memory, and remembers it as a debt to the store.
 */
export function withoutStore(demand: Demand, caller: Caller, now: number): Verdict {
  if (overrideOn(caller.image, now)?.exempt === true) return { ...exempt(), degraded: true }
  switch (demand.rule.failurePolicy) {
    case 'open':
      return { allowed: true, reason: REASON, standings: [], degraded: true }
    case 'closed':
      return refused([], RETRY_MS)
    case 'local':
      return fromOwnShare(demand, caller, now)
  }
}

const refused = (standings: Verdict['standings'], retryAfterMs: number): Verdict => ({
  allowed: false,
  reason: REASON,
  standings,
  retryAfterMs,
  degraded: true,
})

function fromOwnShare({ rule, cost }: Demand, caller: Caller, now: number): Verdict {
  const all = shapesOf(rule, overrideOn(caller.image, now))
  const own = shareOf(all, caller.share ?? UNKNOWN_SHARE)
  const isFull = roomIn(all, caller.image, now) < cost || roomIn(own, caller.unrecorded, now) < cost
  if (isFull) {
    const waits = [waitForRoom(all, caller.image, cost, now), waitForRoom(own, caller.unrecorded, cost, now)]
    return refused(
      standingsOf(own, caller.unrecorded, now),
      Math.max(RETRY_MS, ...waits.map((wait) => wait ?? 0)),
    )
  }
  if (!caller.mayOwe) return refused([], RETRY_MS)
  const buckets = admissionBuckets(all, caller.image, now)
  const after = (image: CounterImage): CounterImage => admittedIn(all, image, cost, buckets, now)
  caller.unrecorded = after(caller.unrecorded)
  caller.owed = after(caller.owed)
  // The store will show this once it is recorded; until then, what was used before and this must both fit.
  caller.image = after(caller.image)
  const standings = standingsOf(own, caller.unrecorded, now)
  return { allowed: true, reason: REASON, standings, degraded: true, owed: { cost, buckets } }
}

/**
 * Takes back what was admitted without the store.
 * @returns false when it has been recorded by now: then it is the store that gives it back
 */
export function takeBackOwed(
  rule: RateLimitRule,
  { cost, buckets }: Owed,
  caller: Caller,
  now: number,
): boolean {
  const shapes = shapesOf(rule, overrideOn(caller.image, now))
  const counters = shapes.flatMap((shape) => namesIn(shape, buckets))
  if (counters.some((name) => (caller.owed.numbers[name] ?? 0) < cost)) return false
  const before = (image: CounterImage): CounterImage => takenBackIn(shapes, image, cost, buckets)
  caller.unrecorded = before(caller.unrecorded)
  caller.owed = before(caller.owed)
  caller.image = before(caller.image)
  return true
}
