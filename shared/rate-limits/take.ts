import type { Effects } from '../kernel/effects.ts'
import type { Key } from '../kernel/table/types.ts'
import { admissionBuckets, admissionUpdate, debtUpdate, type Buckets } from './admission.ts'
import type { Caller } from './callers.ts'
import {
  bucketFor,
  EMPTY_IMAGE,
  isSpread,
  OVERRIDE_ATTRIBUTE,
  overrideOn,
  roomIn,
  shapesOf,
  usedIn,
  type CounterImage,
} from './counter.ts'
import { StoreUnavailable, type CounterStore } from './counter-store.ts'
import type { Verdict } from './decision.ts'
import { askedAgain, leaseSize, ownShare, takenAgain } from './lease.ts'
import { together } from './memory-counter.ts'
import { admittedAt, settledBy, type Demand } from './verdicts.ts'
import { bucketStart, type Shape } from './windows.ts'

/** An old image settles a question for this long: overrides and refunds made elsewhere show by then. */
const TRUST_MS = 5_000
/** A debt is recorded first; a refused write may show another override, a newer bucket and less room. */
const MAX_WRITES = 5
/** Whoever comes while a container has this many writes to one counter on their way shares the next one with others. */
const MAX_WRITES_AT_ONCE = 8

/** The counter is closed; its shards count in its place. */
export const SPREAD = Symbol('spread')

/** How much is wanted, under which rule, of whose counter. */
export interface Question extends Demand {
  readonly key: Key
  /** By when there must be an answer, on the clock that never jumps. */
  readonly deadlineMs: number
}

type Clock = Pick<Effects, 'now'>
type Answer = Verdict | typeof SPREAD

/** One write, made up: where it counts, and how much it takes. */
interface Plan {
  /** The moment that it goes by, milliseconds since the epoch: what is written and what is remembered must be one bucket. */
  readonly now: number
  readonly image: CounterImage
  readonly shapes: readonly Shape[]
  readonly buckets: Buckets
  /** When what is taken beyond the cost is no longer good, milliseconds since the epoch. */
  readonly endsAt: number
  readonly size: number
  /** Nobody else writes meanwhile: what is taken in advance is theirs too, and what is owed comes before what they want. */
  readonly isAlone: boolean
}

/** Whether the store is still to hear of something that one of these windows counts. */
const owes = ({ owed }: Caller, shapes: readonly Shape[], image: CounterImage, now: number): boolean =>
  owed !== EMPTY_IMAGE && shapes.some((shape) => usedIn(shape, owed, bucketFor(shape, image, now)) > 0)

function planFor({ rule, cost }: Question, caller: Caller, now: number): Plan {
  const { image, rate } = caller
  const shapes = shapesOf(rule, overrideOn(image, now))
  const buckets = admissionBuckets(shapes, image, now)
  const bucketEnds = shapes.map((shape) => bucketStart(shape, bucketFor(shape, image, now) + 1))
  // A lease ends with its bucket, and no later than an image is trusted: an override may have lowered the limit.
  const endsAt = Math.min(now + TRUST_MS, ...bucketEnds)
  const [first] = shapes
  const room = roomIn(shapes, image, now) - caller.inFlight
  const all = cost + Math.max(0, caller.wanted - caller.coming)
  const isAlone = owes(caller, shapes, image, now)
  const base = { now, image, shapes, buckets, endsAt, isAlone }
  // What some who wait cannot use of a part of it would be lost.
  if (rule.leases === 'off' || rate === undefined || first === undefined)
    return { ...base, size: all <= room ? all : cost }
  const share = ownShare(rate, first.windowSeconds * 1000, usedIn(first, image, bucketFor(first, image, now)))
  const limit = Math.min(...shapes.map((shape) => shape.limit))
  const expected = leaseSize(cost, { rate, bucketLeftMs: endsAt - now, limit, room, share })
  // Those who wait are no guess, and a write for each of them, one after the other, would take longer than they have.
  const size = Math.max(expected, Math.min(all, room))
  return { ...base, size, isAlone: isAlone || size > cost }
}

/** An answer that needs no store: units were taken in advance, or the last image settles the question. */
function fromMemory(question: Question, caller: Caller, now: number): Answer | undefined {
  const { rule, key, cost } = question
  const { image } = caller
  const shapes = shapesOf(rule, overrideOn(image, now))
  if (caller.leased >= cost && now < caller.leasedUntil && isLeaseOf(shapes, caller)) {
    caller.leased -= cost
    return admittedAt(shapes, image, now, caller.leased, { key, cost, buckets: caller.leasedIn })
  }
  if (!isTrusted(caller, now)) return undefined
  const known = settled(question, image, now)
  // A debt is to be recorded as soon as the store answers again, even if its debtor would be denied: others would take the
  // room for it meanwhile.
  return known !== SPREAD && owes(caller, shapes, image, now) ? undefined : known
}

/** Whether what was taken in advance is still good: the rule may have other windows by now, or smaller limits. */
const isLeaseOf = (shapes: readonly Shape[], { leasedUnder }: Caller): boolean =>
  shapes.length === leasedUnder.length &&
  shapes.every((shape, index) => {
    const under = leasedUnder[index]
    return shape.prefix === under?.prefix && shape.limit >= under.limit
  })

/** Whether a caller's image is new enough to go by; one from the future is of a clock that has been put right. */
export const isTrusted = ({ seenAt }: Pick<Caller, 'seenAt'>, now: number): boolean =>
  Math.abs(now - seenAt) <= TRUST_MS

/** What an image settles by itself; where the counter is closed, its shards know. */
const settled = (question: Question, image: CounterImage, now: number): Answer | undefined =>
  isSpread(question.rule.windows, image, now) ? SPREAD : settledBy(image, question, now)

/** Remembers the counter as it was answered. What was taken in advance under another override is let go. */
function learn(caller: Caller, item: CounterImage, now: number): void {
  if (item.texts[OVERRIDE_ATTRIBUTE] !== caller.image.texts[OVERRIDE_ATTRIBUTE]) caller.leased = 0
  caller.image = item
  caller.seenAt = now
}

const areEqual = (one: Buckets, other: Buckets): boolean =>
  Object.entries(one).every(([prefix, bucket]) => other[prefix] === bucket)

/** What is left of a write becomes a lease, beside what is left of another one in the same buckets. */
function keep(caller: Caller, { now, size, shapes, buckets, endsAt }: Plan, cost: number): void {
  const [first] = shapes
  const isSame = now < caller.leasedUntil && areEqual(buckets, caller.leasedIn) && isLeaseOf(shapes, caller)
  caller.leased = (isSame ? caller.leased : 0) + size - cost
  caller.leasedUntil = endsAt
  caller.leasedIn = buckets
  caller.leasedUnder = shapes
  if (first === undefined) return
  caller.taken = takenAgain(caller.taken, size, first.windowSeconds * 1000, now)
  const used = usedIn(first, caller.image, bucketFor(first, caller.image, now))
  caller.share = Math.min(1, caller.taken.amount / Math.max(1, used))
}

/**
 * Takes what a plan says; but first of all what the container owes from the time when the store did not answer, by itself,
 * so that whatever is admitted afterwards has found room beside it.
 * @returns whether the plan was carried out
 */
async function write(
  { key, cost, deadlineMs }: Question,
  caller: Caller,
  plan: Plan,
  store: CounterStore,
): Promise<boolean> {
  const { now, shapes, image, size } = plan
  const { owed } = caller
  const isDebt = owes(caller, shapes, image, now)
  caller.owed = EMPTY_IMAGE
  let isRecorded = !isDebt
  try {
    const update = isDebt
      ? debtUpdate(key, shapes, image, owed, now)
      : admissionUpdate(key, shapes, image, size, now)
    const { applied, item } = await store.update(update, deadlineMs)
    isRecorded ||= applied
    learn(caller, item, now)
    const isTaken = applied && !isDebt
    // At once: nobody may see a full counter and not what was taken of it for him.
    if (isTaken) keep(caller, plan, cost)
    return isTaken
  } finally {
    if (!isRecorded) caller.owed = together(owed, caller.owed)
  }
}

/** Says that a write is on its way. Ends with `over`, which says whether the store has answered, to those who wait too. */
function announce(
  caller: Caller,
  { size, isAlone }: Plan,
  cost: number,
): { over: (answered: boolean) => void } {
  const coming = size - cost
  let isOver = false
  caller.writes += 1
  caller.inFlight += size
  caller.coming += coming
  caller.isReserved ||= isAlone
  const over = (answered: boolean): void => {
    if (isOver) return
    isOver = true
    caller.writes -= 1
    caller.inFlight -= size
    caller.coming -= coming
    if (isAlone) caller.isReserved = false
    caller.nextWrite?.resolve(answered)
    caller.nextWrite = undefined
  }
  return { over }
}

/** Asks the store: one conditional write, and another one only when the answer shows something new. */
async function ask(question: Question, caller: Caller, store: CounterStore, clock: Clock): Promise<Answer> {
  const { key, cost } = question
  let plan = planFor(question, caller, clock.now())
  const announced = announce(caller, plan, cost)
  try {
    const { isAlone } = plan
    for (let writes = 0; writes < MAX_WRITES; writes += 1) {
      const { now, shapes, buckets } = plan
      const isTaken = await write(question, caller, plan, store)
      if (isTaken || !isAlone) announced.over(true)
      if (isTaken) return admittedAt(shapes, caller.image, now, caller.leased, { key, cost, buckets })
      const known = settled(question, caller.image, now)
      if (known !== undefined) {
        announced.over(true)
        return known
      }
      // Others are after the same room: only what is needed now finds some, or proves that there is none.
      plan = { ...planFor(question, caller, clock.now()), size: cost }
    }
    throw new StoreUnavailable('late')
  } finally {
    announced.over(false)
  }
}

/**
 * Whether to wait for a write that is on its way: for what it takes for this question too, or to share the next one. Where
 * little is left nobody shares: all would be refused together.
 */
function mustWait({ rule, cost }: Question, caller: Caller, now: number): boolean {
  const { writes, isReserved, wanted, inFlight, coming, image } = caller
  if (isReserved || wanted + cost <= coming) return true
  if (writes < MAX_WRITES_AT_ONCE) return false
  return roomIn(shapesOf(rule, overrideOn(image, now)), image, now) >= inFlight + wanted + cost
}

/**
 * Takes units of one counter: from memory where memory is proof, else from the store.
 * @returns `SPREAD` when the counter's shards are to be asked
 * @throws StoreUnavailable
 */
export async function take(
  question: Question,
  caller: Caller,
  store: CounterStore,
  clock: Clock,
): Promise<Answer> {
  caller.rate = askedAgain(caller.rate, question.cost, clock.now())
  for (;;) {
    const known = fromMemory(question, caller, clock.now())
    if (known !== undefined) return known
    if (!mustWait(question, caller, clock.now())) return ask(question, caller, store, clock)
    caller.nextWrite ??= Promise.withResolvers()
    caller.wanted += question.cost
    const isAnswered = await caller.nextWrite.promise
    caller.wanted -= question.cost
    // What the store did not answer to one it would not answer to the next.
    if (!isAnswered) throw new StoreUnavailable('late')
  }
}
