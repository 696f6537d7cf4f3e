import type { Effects } from '../effects.ts'
import { isDoneWithin } from '../patience.ts'
import type { Table } from '../table/table.ts'
import { EMPTY_POINTER, readLive, type Live, type LiveEntity, type Marks } from './live-set.ts'

/** How old what a container knows may be. */
export const TTL_MS = 1_000
/** How long nobody asks again after the table has not answered. */
const REST_MS = 1_000
/** How long a refresh waits for the table, for all attempts together. */
const PATIENCE_MS = 500
/** A connection that has died while the container slept shows only now, so one failure is asked about once more. */
const ATTEMPTS = 2

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
  readonly effects: Pick<Effects, 'monotonicMs' | 'wait'>
  readonly patienceMs?: number
}

/**
 * Keeps a live set at hand. A timer does not run in a container that sleeps, so it asks when it is used: `refresh` on each
 * invocation reads one small item if the last answer is older than a second, and everything else only when that has changed.
 */
export class LiveReader<Entry, Value> {
  readonly #options: LiveReaderOptions<Entry, Value>
  #live: Live<Entry> = { pointer: EMPTY_POINTER, entries: [] }
  #known: Known<Value>
  #confirmedAtMs = -Infinity
  #failedAtMs = -Infinity
  #refreshing: Promise<void> | undefined

  constructor(options: LiveReaderOptions<Entry, Value>) {
    this.#options = options
    this.#known = { value: options.build([], {}), version: 0, isStale: true }
  }

  /** What was last known to be good. */
  get known(): Known<Value> {
    return this.#known
  }

  /** Makes sure that what is known is at most a second old, if the table answers. Never rejects. */
  async refresh(): Promise<Known<Value>> {
    const nowMs = this.#options.effects.monotonicMs()
    if (nowMs - this.#confirmedAtMs > TTL_MS && nowMs - this.#failedAtMs > REST_MS) {
      this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined))
      await this.#refreshing
    }
    return this.#known
  }

  /**
   * Asks now, whatever was known, for answers that must hold at once: what had been asked for before may have been read
   * before somebody's change. Never rejects.
   */
  async confirm(): Promise<Known<Value>> {
    if (this.#options.effects.monotonicMs() - this.#failedAtMs > REST_MS) await this.#refresh()
    return this.#known
  }

  async #refresh(): Promise<void> {
    const { effects, patienceMs = PATIENCE_MS } = this.#options
    for (let tried = 1; tried <= ATTEMPTS; tried += 1) {
      if (await isDoneWithin(effects, patienceMs / ATTEMPTS, this.#load())) return
    }
    this.#failedAtMs = effects.monotonicMs()
    this.#known = { ...this.#known, isStale: true }
  }

  async #load(): Promise<void> {
    const { table, entity, build, effects } = this.#options
    // An answer that was long on its way says how things were when it was asked for.
    const startedAtMs = effects.monotonicMs()
    const live = await readLive(table, entity, this.#live)
    const { version } = live.pointer
    // One that nobody waits for any more must not undo what a later one has read.
    if (version < this.#known.version) return
    const isNew = version > this.#known.version
    const value = isNew ? build(live.entries, live.pointer.marks) : this.#known.value
    this.#live = live
    this.#confirmedAtMs = Math.max(this.#confirmedAtMs, startedAtMs)
    this.#known = { value, version, isStale: false }
  }
}
