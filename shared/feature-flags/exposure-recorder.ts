import type { Effects } from '../kernel/effects.ts'
import { Problem } from '../kernel/errors.ts'
import { errorFields, log } from '../kernel/log.ts'
import { ageMs, momentOf, NEVER, type Moment } from '../kernel/live-set/moment.ts'
import { isDoneWithin } from '../kernel/patience.ts'
import type { Table } from '../kernel/table/table.ts'
import type { Write } from '../kernel/table/types.ts'
import { countWrites, contextsWrite, seenWrites } from './exposure-store.ts'
import type { Exposures } from './exposures.ts'

/** How often a container writes what it has counted; the first time as soon as there is something. */
const PERIOD_MS = 60_000
/** A store that has failed is left alone for this long. */
const REST_MS = 10_000
/** An invocation is at most this much later because of what is written. */
const PATIENCE_MS = 250
/** That a flag is in use has to be known to a day. */
const SEEN_PERIOD_MS = 3_600_000
/** Flags a transaction, next to its report. */
const BATCH_WRITES = 50

/** Writes on their way. The id stays the same over retries, and one of the writes can happen only once: nothing counts twice. */
interface Batch {
  readonly id: string
  readonly writes: readonly Write[]
}

/**
 * Writes what a container has counted: a write a minute for each flag that was evaluated, never one an evaluation. What
 * cannot be written goes on being counted, so that it takes no more memory however long that lasts.
 */
export class ExposureRecorder {
  readonly #table: Table
  readonly #effects: Effects
  readonly #exposures: Exposures
  readonly #seenAt = new Map<string, number>()
  #batches: Batch[] = []
  #pause: { readonly since: Moment; readonly forMs: number } = { since: NEVER, forMs: PERIOD_MS }
  #sending: Promise<void> | undefined

  constructor(table: Table, effects: Effects, exposures: Exposures) {
    this.#table = table
    this.#effects = effects
    this.#exposures = exposures
  }

  /** Writes if a minute has passed since the last time; for each invocation. Never rejects, and never takes long. */
  async flushIfDue(): Promise<void> {
    if (ageMs(this.#pause.since, this.#effects) < this.#pause.forMs) return
    await isDoneWithin(this.#effects, PATIENCE_MS, this.flush())
  }

  /** Writes everything now; for a process that ends. What cannot be written stays, and is tried again. Never rejects. */
  async flush(): Promise<void> {
    // What is on its way does not know of what was counted since.
    await this.#sending
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = undefined))
    await this.#sending
  }

  async #sendAll(): Promise<void> {
    try {
      await this.#send()
      this.#batches = this.#drain()
      await this.#send()
    } catch (error) {
      log.warn('flag evaluations not written', errorFields(error))
      this.#pause = { since: momentOf(this.#effects), forMs: REST_MS }
      // What the table refuses today it refuses tomorrow.
      if (error instanceof Problem && error.code === 'internal') this.#batches.shift()
    }
  }

  async #send(): Promise<void> {
    for (let batch = this.#batches[0]; batch !== undefined; batch = this.#batches[0]) {
      this.#pause = { since: momentOf(this.#effects), forMs: PERIOD_MS }
      await this.#table.commit(batch.writes, batch.id)
      this.#batches.shift()
    }
  }

  #drain(): Batch[] {
    const now = this.#effects.now()
    const { counts, contexts } = this.#exposures.drain()
    const flags = [...new Set(counts.map(({ flag }) => flag))]
    const writes = [...countWrites(counts, now), ...seenWrites(this.#unseen(flags, now), now)]
    return Array.from({ length: Math.ceil(writes.length / BATCH_WRITES) }, (_, index) => {
      const id = this.#effects.id()
      const report = contextsWrite(index === 0 ? contexts : [], now, id)
      return { id, writes: [report, ...writes.slice(index * BATCH_WRITES, (index + 1) * BATCH_WRITES)] }
    })
  }

  /** Those of which nobody has been told within the hour. */
  #unseen(flags: readonly string[], now: number): readonly string[] {
    const unseen = flags.filter((flag) => now - (this.#seenAt.get(flag) ?? -Infinity) >= SEEN_PERIOD_MS)
    for (const flag of unseen) this.#seenAt.set(flag, now)
    return unseen
  }
}
