import type { Effects } from '../kernel/effects.ts'
import type { Caller } from './callers.ts'
import { isSpread, openAgainAt, overrideOn, shapesOf, waitForRoom } from './counter.ts'
import { StoreUnavailable, type CounterStore } from './counter-store.ts'
import type { Verdict } from './decision.ts'
import {
  isEnding,
  mayAdmit,
  maySpread,
  shardKey,
  SHARDS,
  shardWindows,
  spreadUpdate,
  wholeVerdict,
} from './sharding.ts'
import { SPREAD, take, type Question } from './take.ts'
import { settledBy, standingsOf } from './verdicts.ts'
import { withoutStore } from './without-store.ts'

/** What a container remembers of its callers, by the key of their counters. */
type Callers = (key: string) => Caller
type Clock = Pick<Effects, 'now' | 'random'>

/** How many shards are asked before a caller is refused. */
const MAX_ASKED = 2

/** Closes a counter in favour of its shards, or prolongs that. */
async function spread(question: Question, caller: Caller, store: CounterStore, clock: Clock): Promise<void> {
  const now = clock.now()
  const update = spreadUpdate(question.key, question.rule, caller.image, now)
  const { item } = await store.update(update, question.deadlineMs)
  caller.image = item
  caller.seenAt = now
}

/** More is wanted than a shard's part: that may grow while the closed counter empties, or else the counter has to count again. */
const tooLargeForShards = ({ rule, cost }: Question, { image }: Caller, now: number): Verdict => ({
  allowed: false,
  reason: 'limit_reached',
  standings: standingsOf(shapesOf(rule, overrideOn(image, now)), image, now),
  retryAfterMs:
    waitForRoom(shapesOf(rule, overrideOn(image, now)), image, cost * SHARDS, now) ??
    openAgainAt(rule.windows, image) - now,
  degraded: false,
})

/** What the closed counter settles by itself: nothing is asked of the shards then, and they are not prolonged for it. */
function deniedOrExempt(question: Question, caller: Caller, now: number): Verdict | undefined {
  const { rule, cost } = question
  const settled = settledBy(caller.image, question, now)
  if (settled !== undefined && settled.reason !== 'limit_reached') return settled
  const isTooLarge = shardWindows(rule, caller.image, now).some(({ limit }) => limit < cost)
  return isTooLarge ? tooLargeForShards(question, caller, now) : undefined
}

async function fromShards(
  question: Question,
  callerOf: Callers,
  store: CounterStore,
  clock: Clock,
): Promise<Verdict> {
  const { rule, key } = question
  const caller = callerOf(key.pk)
  const known = deniedOrExempt(question, caller, clock.now())
  if (known !== undefined) return known
  if (isEnding(caller.image, clock.now())) await spread(question, caller, store, clock)
  const now = clock.now()
  const { image } = caller
  if (!mayAdmit(image, now)) throw new StoreUnavailable('late')
  const part = { ...rule, windows: [...shardWindows(rule, image, now)] }
  caller.shard ??= Math.floor(clock.random() * SHARDS)
  for (let asked = 1; ; asked += 1) {
    const shard = shardKey(key, caller.shard)
    const verdict = await take({ ...question, rule: part, key: shard }, callerOf(shard.pk), store, clock)
    // A shard is never spread itself: its own key is never written such an attribute.
    if (verdict === SPREAD) throw new StoreUnavailable('late')
    if (verdict.allowed || asked === MAX_ASKED) return wholeVerdict(verdict, rule, image, now)
    caller.shard = (caller.shard + 1) % SHARDS
  }
}

/** Lets the counter's shards take the load that it could not take the last time. */
async function relieve(question: Question, caller: Caller, store: CounterStore, clock: Clock): Promise<void> {
  if (!caller.isHot) return
  if (!isSpread(question.rule.windows, caller.image, clock.now()))
    await spread(question, caller, store, clock)
  caller.isHot = false
}

/**
 * Takes units of one caller's limit: from its counter, from the counter's shards where that is spread, else as the rule's
 * failure policy says.
 */
export async function takeAnywhere(
  question: Question,
  callerOf: Callers,
  store: CounterStore,
  clock: Clock,
): Promise<Verdict> {
  const caller = callerOf(question.key.pk)
  try {
    await relieve(question, caller, store, clock)
    const verdict = await take(question, caller, store, clock)
    return verdict === SPREAD ? await fromShards(question, callerOf, store, clock) : verdict
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
    // One that gets through does it for all; the next throttled one tries again.
    caller.isHot ||= error.reason === 'throttled' && maySpread(question.rule)
    return withoutStore(question, caller, clock.now())
  }
}
