import type { Effects } from '../kernel/effects.ts'
import { errorFields, log } from '../kernel/log.ts'
import type { Table } from '../kernel/table/table.ts'
import type { Write } from '../kernel/table/types.ts'
import { contextsWrite, countWrites, seenWrites } from './exposure-store.ts'
import type { Exposures } from './exposures.ts'

/** How often a container writes what it has counted. */
const PERIOD_MS = 60_000
/** A store that has failed is left alone for this long. */
const REST_MS = 10_000
/** That a flag is in use has to be known to a day. */
const SEEN_PERIOD_MS = 3_600_000
const BATCH_WRITES = 50

/** Writes on their way. The id stays the same over retries, so that nothing counts twice. */
interface Batch {
  readonly id: string
  readonly writes: readonly Write[]
}

/** Writes what a container has counted: a write a minute for each flag that was evaluated, never one an evaluation. */
export class ExposureRecorder {
  readonly #table: Table
  readonly #effects: Effects
  readonly #exposures: Exposures
  readonly #seenAt = new Map<string, number>()
  #batches: Batch[] = []
  #dueAtMs: number
  #sending: Promise<void> | undefined

  constructor(table: Table, effects: Effects, exposures: Exposures) {
    this.#table = table
    this.#effects = effects
    this.#exposures = exposures
    this.#dueAtMs = effects.monotonicMs() + PERIOD_MS
  }

  /** Writes if a minute has passed since the last time; for each invocation. Never rejects. */
  async flushIfDue(): Promise<void> {
    if (this.#effects.monotonicMs() >= this.#dueAtMs) await this.flush()
  }

  /** Writes everything now; for a process that ends. What cannot be written stays, and is tried again. Never rejects. */
  flush(): Promise<void> {
    this.#sending ??= this.#send().finally(() => (this.#sending = undefined))
    return this.#sending
  }

  async #send(): Promise<void> {
    this.#dueAtMs = this.#effects.monotonicMs() + PERIOD_MS
    this.#batches.push(...this.#drain())
    try {
      for (let batch = this.#batches[0]; batch !== undefined; batch = this.#batches[0]) {
        await this.#table.commit(batch.writes, batch.id)
        this.#batches.shift()
      }
    } catch (error) {
      log.warn('flag evaluations not written', errorFields(error))
      this.#dueAtMs = this.#effects.monotonicMs() + REST_MS
    }
  }

  #drain(): Batch[] {
    const now = this.#effects.now()
    const { counts, contexts } = this.#exposures.drain()
    const unseen = [...new Set(counts.map(({ flag }) => flag))].filter(
      (flag) => now - (this.#seenAt.get(flag) ?? -Infinity) >= SEEN_PERIOD_MS,
    )
    for (const flag of unseen) this.#seenAt.set(flag, now)
    const writes = [
      ...countWrites(counts, now),
      ...seenWrites(unseen, now),
      ...(contexts.length === 0 ? [] : [contextsWrite(contexts, now, this.#effects.id())]),
    ]
    return Array.from({ length: Math.ceil(writes.length / BATCH_WRITES) }, (_, index) => ({
      id: this.#effects.id(),
      writes: writes.slice(index * BATCH_WRITES, (index + 1) * BATCH_WRITES),
    }))
  }
}
