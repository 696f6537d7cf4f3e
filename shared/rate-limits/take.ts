import type { Effects } from '../kernel/effects.ts'
import type { Key } from '../kernel/table/types.ts'
import { admissionBuckets, admissionUpdate } from './admission.ts'
import type { Caller } from './callers.ts'
import {
  bucketFor,
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
import { admittedAt, settledBy, type Demand } from './verdicts.ts'
import { bucketStart, type Shape } from './windows.ts'

/** An old image settles a question for this long: overrides and refunds made elsewhere show by then. */
const TRUST_MS = 5_000
/** A debt is recorded first; a refused write may show another override, a newer bucket and less room. */
const MAX_WRITES = 5

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
  readonly buckets: readonly number[]
  /** When what is taken beyond the cost is no longer good, milliseconds since the epoch. */
  readonly endsAt: number
  readonly size: number
}

function planFor({ rule, cost }: Question, { image, rate, waiting }: Caller, now: number): Plan {
  const shapes = shapesOf(rule, overrideOn(image, now))
  const buckets = admissionBuckets(shapes, image, now)
  const bucketEnds = shapes.map((shape, index) => bucketStart(shape, (buckets[index] ?? 0) + 1))
  // A lease ends with its bucket, and no later than an image is trusted: an override may have lowered the limit.
  const endsAt = Math.min(now + TRUST_MS, ...bucketEnds)
  const [first] = shapes
  const base = { now, image, shapes, buckets, endsAt }
  if (rule.leases === 'off' || rate === undefined || first === undefined) return { ...base, size: cost }
  const share = ownShare(rate, first.windowSeconds * 1000, usedIn(first, image, bucketFor(first, image, now)))
  const room = roomIn(shapes, image, now)
  const limit = Math.min(...shapes.map((shape) => shape.limit))
  const expected = leaseSize(cost, { rate, bucketLeftMs: endsAt - now, limit, room, share })
  // Those who wait are no guess, and a write for each of them, one after the other, would take longer than they have.
  return { ...base, size: Math.max(expected, Math.min(room, cost + waiting)) }
}

/** An answer that needs no store: units were taken in advance, or the last image settles the question. */
function fromMemory(question: Question, caller: Caller, now: number): Answer | undefined {
  const { rule, key, cost } = question
  const { image } = caller
  if (caller.leased >= cost && now < caller.leasedUntil) {
    caller.leased -= cost
    const shapes = shapesOf(rule, overrideOn(image, now))
    return admittedAt(shapes, image, now, caller.leased, { key, cost, buckets: caller.leasedIn })
  }
  if (!isTrusted(caller, now)) return undefined
  const known = settled(question, image, now)
  // A debt is to be recorded as soon as the store answers again, even if its debtor would be denied: others would take the
  // room for it meanwhile.
  return caller.debt > 0 && known !== SPREAD ? undefined : known
}

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

/**
 * Takes what a plan says; but first of all what the container owes from the time when the store did not answer, by itself,
 * so that whatever is admitted afterwards has found room beside it.
 * @returns whether the plan was carried out
 */
async function write(
  { key, deadlineMs }: Question,
  caller: Caller,
  plan: Plan,
  store: CounterStore,
): Promise<boolean> {
  const { now } = plan
  const { debt } = caller
  const amount = debt > 0 ? { cost: 0, debt } : { cost: plan.size, debt }
  caller.debt = 0
  let isRecorded = false
  try {
    const update = admissionUpdate(key, plan.shapes, plan.image, amount, now)
    const { applied, item } = await store.update(update, deadlineMs)
    isRecorded = applied
    learn(caller, item, now)
    return applied && debt === 0
  } finally {
    if (!isRecorded) caller.debt += debt
  }
}

const areEqual = (one: readonly number[], other: readonly number[]): boolean =>
  one.every((value, index) => value === other[index])

/** What is left of a write becomes a lease, beside what is left of another one in the same buckets. */
function keep(caller: Caller, { now, size, shapes, buckets, endsAt }: Plan, cost: number): void {
  const [first] = shapes
  const isSame = now < caller.leasedUntil && areEqual(buckets, caller.leasedIn)
  caller.leased = (isSame ? caller.leased : 0) + size - cost
  caller.leasedUntil = endsAt
  caller.leasedIn = buckets
  if (first === undefined) return
  caller.taken = takenAgain(caller.taken, size, first.windowSeconds * 1000, now)
  const used = usedIn(first, caller.image, bucketFor(first, caller.image, now))
  caller.share = Math.min(1, caller.taken.amount / Math.max(1, used))
}

/** Asks the store: one conditional write, and another one only when the answer shows something new. */
async function fromStore(
  question: Question,
  caller: Caller,
  firstPlan: Plan,
  store: CounterStore,
  clock: Clock,
): Promise<Answer> {
  const { key, cost } = question
  let plan = firstPlan
  for (let writes = 0; writes < MAX_WRITES; writes += 1) {
    const { now } = plan
    if (await write(question, caller, plan, store)) {
      keep(caller, plan, cost)
      return admittedAt(plan.shapes, caller.image, now, caller.leased, { key, cost, buckets: plan.buckets })
    }
    const known = settled(question, caller.image, now)
    if (known !== undefined) return known
    // Others are after the same room: only what is needed now finds some, or proves that there is none.
    plan = { ...planFor(question, caller, clock.now()), size: cost }
  }
  throw new StoreUnavailable('late')
}

const hasAnswered = (): boolean => true
const hasNotAnswered = (): boolean => false

/** Whoever comes while a lease or a debt is on its way waits for it. */
function ask(question: Question, caller: Caller, store: CounterStore, clock: Clock): Promise<Answer> {
  const plan = planFor(question, caller, clock.now())
  const concernsOthers = plan.size > question.cost || caller.debt > 0
  const asking = fromStore(question, caller, plan, store, clock)
  if (concernsOthers) {
    caller.leasing = asking.then(hasAnswered, hasNotAnswered).finally(() => (caller.leasing = undefined))
  }
  return asking
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
    if (caller.leasing === undefined) return ask(question, caller, store, clock)
    caller.waiting += question.cost
    const isAnswered = await caller.leasing
    caller.waiting -= question.cost
    // What the store did not answer to one it would not answer to the next.
    if (!isAnswered) throw new StoreUnavailable('late')
  }
}
