import type { Caller } from './callers.ts'
import { overrideOn, roomIn, shapesOf, waitForRoom } from './counter.ts'
import type { Verdict } from './decision.ts'
import { admitted, shareOf, UNKNOWN_SHARE } from './memory-counter.ts'
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
      return { allowed: false, reason: REASON, standings: [], retryAfterMs: RETRY_MS, degraded: true }
    case 'local':
      return fromOwnShare(demand, caller, now)
  }
}

function fromOwnShare({ rule, cost }: Demand, caller: Caller, now: number): Verdict {
  const all = shapesOf(rule, overrideOn(caller.image, now))
  const own = shareOf(all, caller.share ?? UNKNOWN_SHARE)
  const isFull = roomIn(all, caller.image, now) < cost || roomIn(own, caller.unrecorded, now) < cost
  if (isFull) {
    const waits = [waitForRoom(all, caller.image, cost, now), waitForRoom(own, caller.unrecorded, cost, now)]
    return {
      allowed: false,
      reason: REASON,
      standings: standingsOf(own, caller.unrecorded, now),
      retryAfterMs: Math.max(RETRY_MS, ...waits.map((wait) => wait ?? 0)),
      degraded: true,
    }
  }
  caller.unrecorded = admitted(own, caller.unrecorded, cost, now)
  // The store will show this once it is recorded; until then, what was used before and this must both fit.
  caller.image = admitted(all, caller.image, cost, now)
  caller.debt += cost
  const standings = standingsOf(own, caller.unrecorded, now)
  return { allowed: true, reason: REASON, standings, degraded: true }
}
