import type { Effects } from '../kernel/effects.ts'
import type { Key } from '../kernel/table/types.ts'
import { admissionBuckets, admissionUpdate } from './admission.ts'
import type { Caller } from './callers.ts'
import { bucketFor, overrideOn, roomIn, shapesOf, usedIn, type CounterImage } from './counter.ts'
import { StoreUnavailable, type CounterStore } from './counter-store.ts'
import type { Verdict } from './decision.ts'
import { askedAgain, leaseSize, ownShare } from './lease.ts'
import { admittedAt, settledBy, type Demand } from './verdicts.ts'
import { bucketStart, type Shape } from './windows.ts'
import { withoutStore } from './without-store.ts'

/** An old image settles a question for this long: overrides and refunds made elsewhere show by then. */
const TRUST_MS = 5_000
/** A refused write may show another override, a newer bucket and less room; each is followed once. */
const MAX_WRITES = 4

/** How much is wanted, under which rule, of whose counter. */
export interface Question extends Demand {
  readonly key: Key
}

type Clock = Pick<Effects, 'now'>

/** One write, made up: where it counts, and how much it takes. */
interface Plan {
  readonly image: CounterImage
  readonly shapes: readonly Shape[]
  readonly buckets: readonly number[]
  /** When the first of these buckets is over, milliseconds since the epoch. */
  readonly endsAt: number
  readonly size: number
  /** This container's part of what is used. */
  readonly share: number
}

function planFor({ rule, cost }: Question, { image, rate }: Caller, now: number): Plan {
  const shapes = shapesOf(rule, overrideOn(image, now))
  const buckets = admissionBuckets(shapes, image, now)
  const endsAt = Math.min(...shapes.map((shape, index) => bucketStart(shape, (buckets[index] ?? 0) + 1)))
  const [first] = shapes
  const base = { image, shapes, buckets, endsAt }
  if (rule.leases === 'off' || rate === undefined || first === undefined)
    return { ...base, size: cost, share: 1 }
  const share = ownShare(rate, first.windowSeconds * 1000, usedIn(first, image, bucketFor(first, image, now)))
  const room = roomIn(shapes, image, now)
  return { ...base, share, size: leaseSize(cost, { rate, bucketLeftMs: endsAt - now, room, share }) }
}

/** An answer that needs no store: units were taken in advance, or the last image settles the question. */
function fromMemory(question: Question, caller: Caller, now: number): Verdict | undefined {
  const { rule, key, cost } = question
  const { image } = caller
  if (caller.leased >= cost && now < caller.leasedUntil) {
    caller.leased -= cost
    const shapes = shapesOf(rule, overrideOn(image, now))
    const admission = { key, cost, buckets: admissionBuckets(shapes, image, now) }
    return admittedAt(shapes, image, now, caller.leased, admission)
  }
  return now - caller.seenAt <= TRUST_MS ? settledBy(image, question, now) : undefined
}

/** Takes what a plan says, and what the container owes from the time when the store did not answer. */
async function write(question: Question, caller: Caller, plan: Plan, store: CounterStore, now: number) {
  const { debt } = caller
  const amount = { cost: plan.size, debt }
  caller.debt = 0
  try {
    const outcome = await store.update(admissionUpdate(question.key, plan.shapes, plan.image, amount, now))
    caller.image = outcome.item
    caller.seenAt = now
    if (!outcome.applied) caller.debt += debt
    return outcome
  } catch (error) {
    caller.debt += debt
    throw error
  }
}

/** What is left of a write becomes a lease, beside what is left of another one in the same bucket. */
function keep(caller: Caller, { size, share, endsAt }: Plan, cost: number, now: number): void {
  const kept = caller.leasedUntil === endsAt && now < endsAt ? caller.leased : 0
  caller.leased = kept + size - cost
  caller.leasedUntil = endsAt
  caller.share = share
}

/** Asks the store: one conditional write, and another one only when a refusal shows something new. */
async function fromStore(
  question: Question,
  caller: Caller,
  firstPlan: Plan,
  store: CounterStore,
  clock: Clock,
): Promise<Verdict> {
  const { key, cost } = question
  let plan = firstPlan
  for (let writes = 0; writes < MAX_WRITES; writes += 1) {
    const now = clock.now()
    const { applied, item } = await write(question, caller, plan, store, now)
    if (applied) {
      keep(caller, plan, cost, now)
      return admittedAt(plan.shapes, item, now, caller.leased, { key, cost, buckets: plan.buckets })
    }
    const settled = settledBy(item, question, now)
    if (settled !== undefined) return settled
    plan = planFor(question, caller, clock.now())
  }
  throw new StoreUnavailable(true)
}

const ignore = (): undefined => undefined

/** Whoever comes while a lease is on its way may be served from it. */
async function leaseOnItsWay(question: Question, caller: Caller, clock: Clock): Promise<Verdict | undefined> {
  while (caller.leasing !== undefined) {
    await caller.leasing
    const verdict = fromMemory(question, caller, clock.now())
    if (verdict !== undefined) return verdict
  }
  return undefined
}

function ask(question: Question, caller: Caller, store: CounterStore, clock: Clock): Promise<Verdict> {
  const plan = planFor(question, caller, clock.now())
  const asking = fromStore(question, caller, plan, store, clock)
  if (plan.size > question.cost) {
    const leasing = asking.then(ignore, ignore).then(() => {
      if (caller.leasing === leasing) caller.leasing = undefined
    })
    caller.leasing = leasing
  }
  return asking
}

/**
 * Takes units of one caller's limit: from memory where memory is proof, else from the store, else as the rule's failure
 * policy says.
 */
export async function take(
  question: Question,
  caller: Caller,
  store: CounterStore,
  clock: Clock,
): Promise<Verdict> {
  caller.rate = askedAgain(caller.rate, question.cost, clock.now())
  const known = fromMemory(question, caller, clock.now()) ?? (await leaseOnItsWay(question, caller, clock))
  if (known !== undefined) return known
  try {
    return await ask(question, caller, store, clock)
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
    return withoutStore(question, caller, clock.now())
  }
}
