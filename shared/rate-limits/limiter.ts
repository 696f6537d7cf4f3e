import type { Effects } from '../kernel/effects.ts'
import { ENTITIES } from '../kernel/grants.ts'
import type { Table } from '../kernel/table/table.ts'
import type { Key } from '../kernel/table/types.ts'
import { refundUpdate, type Admission } from './admission.ts'
import type { Block } from './block.ts'
import { callerCache, type Caller } from './callers.ts'
import { readCounters } from './counter-reader.ts'
import { EMPTY_IMAGE, overrideOn, shapesOf, type CounterImage } from './counter.ts'
import { StoreUnavailable, type CounterStore } from './counter-store.ts'
import { decisionOf, type Decision, type LimitRequest, type Owed, type Verdict } from './decision.ts'
import type { LimitSet, LimitSetNow, LimitSetReader } from './limit-set.ts'
import type { RateLimitRule } from './rule.ts'
import { subjectOf, type Subject } from './subject.ts'
import { takeAnywhere } from './take-anywhere.ts'
import { isTrusted } from './take.ts'
import { exempt, roomAt, settledBy } from './verdicts.ts'
import type { Shape } from './windows.ts'
import { takeBackOwed, withoutStore } from './without-store.ts'

/** A new container has a connection to open, which takes longer than a decision may. */
const PREPARE_MS = 1_000

const PREFIX = ENTITIES['rate-limit']
const SORT_KEY = 'C'

/** Where a counter stands, by its name. */
export const counterKeyOf = (name: string): Key => ({ pk: `${PREFIX}${name}`, sk: SORT_KEY })

/** The name of a counter, to be told to others. */
export const counterNameOf = ({ pk }: Key): string => pk.slice(PREFIX.length)

/** Where the counter of a caller stands. */
export const counterKey = ({ name, scope }: Pick<RateLimitRule, 'name' | 'scope'>, identifier: string): Key =>
  counterKeyOf(`${name}#${scope}#${identifier}`)

/** Told of each decision once it has been made. */
export type OnDecision = (decision: Decision, now: number) => Promise<void>

/** What a limiter works with. */
export interface LimiterOptions {
  readonly sets: LimitSetReader
  readonly store: CounterStore
  /** Reads counters, for those who only look. */
  readonly table: Table
  readonly effects: Effects
  /** How long to wait for the rules, when they are to be read again. */
  readonly patienceMs: number
  readonly onDecision?: OnDecision
}

/** Decides about requests; one a container, since it remembers. */
export interface Limiter {
  /** Reads the rules, so that the first decision finds them and a connection. Waits for up to a second. */
  readonly prepare: () => Promise<void>
  /**
   * Takes the request's cost, or refuses.
   * @throws `unknown_rule`, or `unavailable` while the rules cannot be read; `invalid_input` when it does not say whom
   * the rule should count
   */
  readonly decide: (request: LimitRequest) => Promise<Decision>
  /**
   * Takes the cost of every request, or of none: when one is refused, the others are given back.
   * @param place begins the paths of wrong fields: `<place>.0.identifier`
   * @returns a decision a request, in their order
   * @throws as `decide` does; nothing was taken then
   */
  readonly decideAll: (requests: readonly LimitRequest[], place?: string) => Promise<readonly Decision[]>
  /**
   * What `decideAll` would decide; takes nothing, and tells nobody.
   * @throws as `decide` does; `unavailable` when the table does not answer
   */
  readonly peekAll: (requests: readonly LimitRequest[], place?: string) => Promise<readonly Decision[]>
  /**
   * Gives back what a decision took. Sent once, because giving back twice would admit too much.
   * @returns whether the store has taken it back
   */
  readonly refund: (rule: string, admission: Admission) => Promise<boolean>
}

const blockedBy = ({ expiresAt }: Block, now: number): Verdict => ({
  allowed: false,
  reason: 'blocked',
  standings: [],
  ...(expiresAt === undefined ? {} : { retryAfterMs: expiresAt - now, blockedUntil: expiresAt }),
  degraded: false,
})

/** What needs no counter: a block, or a role that the rule does not count. */
function withoutCounting(subject: Subject, { findBlock }: LimitSet, now: number): Verdict | undefined {
  const { roles, rule, identities, address, isBlockable } = subject
  const block = isBlockable ? findBlock(identities, address, now) : undefined
  if (block !== undefined) return blockedBy(block, now)
  return roles.some((role) => rule.exemptRoles.includes(role)) ? exempt() : undefined
}

const keyOf = ({ rule, identifier }: Subject): Key => counterKey(rule, identifier)

const subjectsOf = (now: LimitSetNow, requests: readonly LimitRequest[], place = 'requests') =>
  requests.map((request, index) => subjectOf(now, request, `${place}.${index}.`))

class ContainerLimiter {
  readonly #options: LimiterOptions
  readonly #callerOf: (key: string) => Caller

  constructor(options: LimiterOptions) {
    this.#options = options
    this.#callerOf = callerCache(options.effects)
  }

  async prepare(): Promise<void> {
    await this.#options.sets.current(PREPARE_MS)
  }

  async decide(request: LimitRequest): Promise<Decision> {
    const now = await this.#current([request])
    const subject = subjectOf(now, request)
    return this.#decided(subject, await this.#verdictOn(subject, now))
  }

  async decideAll(requests: readonly LimitRequest[], place?: string): Promise<readonly Decision[]> {
    const now = await this.#current(requests)
    const subjects = subjectsOf(now, requests, place)
    const foreseen = subjects.map((subject) => this.#foreseen(subject, now))
    // Nothing is taken from the others when one denial is certain.
    const isDenied = subjects.some(
      ({ rule }, index) => rule.mode === 'enforce' && foreseen[index]?.allowed === false,
    )
    const settled = await Promise.allSettled(
      subjects.map(async (subject, index) => {
        const known = isDenied ? foreseen[index] : undefined
        return this.#decided(subject, known ?? (await this.#verdictOn(subject, now)))
      }),
    )
    const decisions = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
    const failure = settled.find(({ status }) => status === 'rejected')
    if (failure !== undefined || decisions.some(({ allowed }) => !allowed)) await this.#giveAllBack(decisions)
    if (failure?.status === 'rejected') throw failure.reason
    return decisions
  }

  async peekAll(requests: readonly LimitRequest[], place?: string): Promise<readonly Decision[]> {
    const now = await this.#current(requests)
    const subjects = subjectsOf(now, requests, place)
    const images = await readCounters(this.#options.table, subjects.map(keyOf))
    return subjects.map((subject, index) => {
      const verdict = this.#lookedAt(subject, now.set, images[index] ?? EMPTY_IMAGE)
      return decisionOf(subject.rule, subject.identifier, verdict)
    })
  }

  async refund(name: string, admission: Admission): Promise<boolean> {
    const { set } = await this.#current([])
    const rule = set.rules.get(name)
    if (rule === undefined) return false
    const { effects, store } = this.#options
    const caller = this.#callerOf(admission.key.pk)
    const shapes = shapesOf(rule, overrideOn(caller.image, effects.now()))
    return giveBack(admission, shapes, caller, store, effects.now())
  }

  #current(requests: readonly LimitRequest[]): Promise<LimitSetNow> {
    const { sets, patienceMs } = this.#options
    return sets.current(
      patienceMs,
      requests.map(({ rule }) => rule),
    )
  }

  async #verdictOn(subject: Subject, { set, confirmed, askedAtMs }: LimitSetNow): Promise<Verdict> {
    const { effects, store, patienceMs } = this.#options
    const settled = withoutCounting(subject, set, effects.now())
    if (settled !== undefined) return settled
    const { rule, cost } = subject
    const question = { rule, cost, key: keyOf(subject), deadlineMs: askedAtMs + patienceMs }
    if (confirmed) return takeAnywhere(question, this.#callerOf, store, effects)
    // A store that did not answer for the rules will not answer for a counter.
    return withoutStore(question, this.#callerOf(question.key.pk), effects.now())
  }

  async #decided(subject: Subject, verdict: Verdict): Promise<Decision> {
    const { effects, onDecision } = this.#options
    const decision = decisionOf(subject.rule, subject.identifier, verdict)
    await onDecision?.(decision, effects.now())
    return decision
  }

  /** What an image of the counter makes of a subject, when nothing is taken. */
  #lookedAt(subject: Subject, set: LimitSet, image: CounterImage): Verdict {
    const now = this.#options.effects.now()
    return withoutCounting(subject, set, now) ?? settledBy(image, subject, now) ?? roomAt(image, subject, now)
  }

  /** What is certain without the store. Of a caller who is not known, not even that a cost exceeds the limit. */
  #foreseen(subject: Subject, { set }: LimitSetNow): Verdict {
    const now = this.#options.effects.now()
    const caller = this.#callerOf(keyOf(subject).pk)
    if (isTrusted(caller, now)) return this.#lookedAt(subject, set, caller.image)
    return withoutCounting(subject, set, now) ?? roomAt(EMPTY_IMAGE, subject, now)
  }

  /** @returns what the store has to give back instead, because it has been recorded by now */
  #takeBackOwed(rule: RateLimitRule, identifier: string, owed: Owed): Admission | undefined {
    const key = counterKey(rule, identifier)
    const isTaken = takeBackOwed(rule, owed, this.#callerOf(key.pk), this.#options.effects.now())
    return isTaken ? undefined : { key, ...owed }
  }

  async #giveAllBack(decisions: readonly Decision[]): Promise<void> {
    await Promise.all(
      decisions.map(async ({ rule, identifier, admission, owed }) => {
        const taken = admission ?? (owed && this.#takeBackOwed(rule, identifier, owed))
        if (taken !== undefined) await this.refund(rule.name, taken)
      }),
    )
  }
}

/** Makes the limiter of a container. */
export function makeLimiter(options: LimiterOptions): Limiter {
  const limiter = new ContainerLimiter(options)
  return {
    prepare: () => limiter.prepare(),
    decide: (request) => limiter.decide(request),
    decideAll: (requests, place) => limiter.decideAll(requests, place),
    peekAll: (requests, place) => limiter.peekAll(requests, place),
    refund: (rule, admission) => limiter.refund(rule, admission),
  }
}

async function giveBack(
  admission: Admission,
  shapes: readonly Shape[],
  caller: Caller,
  store: CounterStore,
  now: number,
): Promise<boolean> {
  const update = refundUpdate(admission, shapes, now)
  if (update === undefined) return false
  try {
    const { applied, item } = await store.updateOnce(update)
    if (applied) caller.image = item
    return applied
  } catch (error) {
    if (error instanceof StoreUnavailable) return false
    throw error
  }
}
