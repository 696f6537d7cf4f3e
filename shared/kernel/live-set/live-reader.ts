import { isDeepStrictEqual } from 'node:util'
import type { Effects } from '../effects.ts'
import { Problem } from '../errors.ts'
import { errorFields, log } from '../log.ts'
import { within } from '../patience.ts'
import type { Table } from '../table/table.ts'
import { AnswerOrder } from './answer-order.ts'
import {
  EMPTY_POINTER,
  readEntries,
  readPointer,
  withSwitches,
  type Live,
  type LiveEntity,
  type Marks,
} from './live-set.ts'
import { ageMs, momentOf, NEVER, nowButAtMost, type Moment } from './moment.ts'

/** How old what a container knows may be. */
export const TTL_MS = 1_000
/** How long nobody asks again after the table has not answered. */
export const REST_MS = 1_000
/** How long a refresh waits for the table, for all attempts together. */
const PATIENCE_MS = 500
/** A container that knows nothing yet has nothing to fall back on, and has to connect first. */
const FIRST_PATIENCE_MS = 2_000
/** A connection that has died while the container slept shows only now, so nobody waits for one answer alone. */
const ATTEMPTS = 2
/** How often an attempt asks again when the snapshot is replaced under its hands. */
const ROUNDS = 5

/** What a container knows. */
export interface Known<Value> {
  readonly value: Value
  /** Counts the changes; 0 before the first. */
  readonly version: number
  /** Whether the table did not answer when it was asked last: this is the last known good. */
  readonly isStale: boolean
}

/** Where a reader reads, and what it makes of it. */
export interface LiveReaderOptions<Entry, Value> {
  readonly table: Table
  readonly entity: LiveEntity
  /** Makes what the container works with. Run at each change, and once before the first read with no entries. */
  readonly build: (entries: readonly Entry[], marks: Marks) => Value
  readonly effects: Pick<Effects, 'now' | 'monotonicMs' | 'wait'>
  readonly patienceMs?: number
}

const succeeded = (): undefined => undefined

/** Why the last of several attempts failed. */
const reasonOf = (error: unknown): unknown => (error instanceof AggregateError ? error.errors.at(-1) : error)

/** A question to the table, and when it was asked. */
interface Question {
  readonly number: number
  readonly at: Moment
}

/**
 * Keeps a live set at hand. A timer does not run in a container that sleeps, so it asks when it is used: `refresh` on each
 * invocation reads one small item if the last answer is a second old, and everything else only when that has changed.
 */
export class LiveReader<Entry, Value> {
  readonly #options: LiveReaderOptions<Entry, Value>
  readonly #order = new AnswerOrder()
  #live: Live<Entry> = { pointer: EMPTY_POINTER, entries: [] }
  #known: Known<Value>
  /** The last question whose answer is what is known. */
  #confirmed: Question = { number: 0, at: NEVER }
  #failedAt: Moment = NEVER
  #refreshing: { readonly since: Moment; readonly done: Promise<void> } | undefined
  #isAged = true
  /** Counts the questions to the table, each with its attempts. */
  #asks = 0

  constructor(options: LiveReaderOptions<Entry, Value>) {
    this.#options = options
    this.#known = { value: options.build([], {}), version: 0, isStale: true }
  }

  /** What was last known to be good. */
  get known(): Known<Value> {
    return this.#known
  }

  /** Whether what is known may be too old by now. Costs no look at a clock, so that it can be asked all the time. */
  get isAged(): boolean {
    return this.#isAged
  }

  /** Makes sure that what is known is at most a second old, if the table answers in time. Never rejects. */
  async refresh(): Promise<Known<Value>> {
    if (this.#isDue(this.#confirmed.at, TTL_MS) && this.#isDue(this.#failedAt, REST_MS))
      await this.#join().done
    return this.#known
  }

  /**
   * Asks now, whatever was known, for answers that must hold at once: what had been asked for before may have been read
   * before somebody's change. Never rejects.
   */
  async confirm(): Promise<Known<Value>> {
    if (this.#isDue(this.#failedAt, REST_MS)) await this.#ask()
    return this.#known
  }

  #isDue(since: Moment, afterMs: number): boolean {
    return ageMs(since, this.#options.effects) >= afterMs
  }

  /** The refresh that is on its way, or a new one: the other may have been on its way since before the container slept. */
  #join(): { readonly done: Promise<void> } {
    if (this.#refreshing !== undefined && !this.#isDue(this.#refreshing.since, TTL_MS))
      return this.#refreshing
    const refreshing = { since: momentOf(this.#options.effects), done: this.#ask() }
    this.#refreshing = refreshing
    void refreshing.done.then(() => {
      if (this.#refreshing === refreshing) this.#refreshing = undefined
    })
    return refreshing
  }

  async #ask(): Promise<void> {
    const { effects, patienceMs = this.#patienceMs() } = this.#options
    this.#isAged = false
    this.#asks += 1
    const asks = this.#asks
    const since = momentOf(effects)
    const attempts: Promise<void>[] = []
    let failure: unknown
    do {
      attempts.push(this.#load())
      failure = await within(effects, patienceMs / ATTEMPTS, Promise.any(attempts)).then(succeeded, reasonOf)
    } while (failure !== undefined && attempts.length < ATTEMPTS)
    if (failure !== undefined) this.#fail(failure, nowButAtMost(patienceMs, since, effects))
    void effects.wait(this.#dueInMs()).then(() => {
      // Whoever has asked since waits by a clock of its own.
      if (this.#asks === asks) this.#isAged = true
    })
  }

  /** When it is worth asking again. A timer may end a moment early, and then nothing would be due. */
  #dueInMs(): number {
    const { effects } = this.#options
    const agedInMs = TTL_MS - ageMs(this.#confirmed.at, effects)
    const restedInMs = REST_MS - ageMs(this.#failedAt, effects)
    return Math.ceil(Math.max(agedInMs, restedInMs, 0)) + 1
  }

  #patienceMs(): number {
    const isFirst = this.#confirmed.at === NEVER && this.#failedAt === NEVER
    return isFirst ? FIRST_PATIENCE_MS : PATIENCE_MS
  }

  #fail(failure: unknown, at: Moment): void {
    // Whatever was asked for meanwhile may have been answered.
    if (!this.#isDue(this.#confirmed.at, TTL_MS)) return
    if (!this.#known.isStale || this.#failedAt === NEVER) {
      log.warn(`${this.#options.entity} not read`, errorFields(failure))
    }
    this.#failedAt = at
    this.#known = { ...this.#known, isStale: true }
  }

  async #load(): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) {
      // An answer that was long on its way says how things were when it was asked for.
      const question = { number: this.#order.ask(), at: momentOf(this.#options.effects) }
      if (await this.#answer(question, round > 0)) return
    }
    throw new Problem('unavailable', { cause: new Error('No snapshot belongs to the pointer.') })
  }

  /** @returns whether what is known is what holds */
  async #answer(question: Question, consistent: boolean): Promise<boolean> {
    const { table, entity } = this.#options
    const pointer = await readPointer(table, entity)
    if (!this.#order.hear(question.number, pointer.version)) return false
    // Switches hold at once, whether or not there is a snapshot that can be read.
    const isNew = pointer.snapshot !== this.#live.pointer.snapshot
    if (isNew) this.#hold(withSwitches(this.#live, pointer))
    const entries = isNew
      ? await readEntries<Entry>(table, entity, pointer, { consistent })
      : this.#live.entries
    const isOvertaken = isNew && this.#live.pointer.version !== pointer.version
    if (entries === undefined || isOvertaken) return false
    this.#hold({ pointer, entries })
    this.#confirm(question)
    return true
  }

  #confirm(question: Question): void {
    if (question.number > this.#confirmed.number) this.#confirmed = question
    // A late answer is better than none, but proves nothing about now.
    if (this.#isDue(this.#confirmed.at, TTL_MS)) return
    this.#failedAt = NEVER
    this.#known = { ...this.#known, isStale: false }
  }

  #hold(live: Live<Entry>): void {
    if (isDeepStrictEqual(live.pointer, this.#live.pointer)) return
    const value = this.#options.build(live.entries, live.pointer.marks)
    this.#live = live
    this.#known = { ...this.#known, value, version: live.pointer.version }
  }
}
