import type { Effects } from '../kernel/effects.ts'
import { errorFields, log } from '../kernel/log.ts'
import { count, flushMetrics } from '../kernel/metrics.ts'
import type { Table } from '../kernel/table/table.ts'
import type { Write } from '../kernel/table/types.ts'
import { PendingViolations } from './pending.ts'
import { tallyWrite } from './store.ts'
import type { Denial } from './violation.ts'

/** Records denials: one a container, and at most one write for each rule, identifier and minute. */
export interface Recorder {
  /** Counts a denial. The first of a minute is written before this resolves, unless the store is slow. */
  readonly record: (denial: Denial) => Promise<void>
  /** Counts a denial that is written with its minute: for a store that does not answer just now. */
  readonly note: (denial: Denial) => void
  /** Writes what is only counted so far; for a process that ends. What cannot be written now stays, and is tried again. */
  readonly flush: () => Promise<void>
}

/** A denial is answered at most this much later because of its record. */
const PATIENCE_MS = 50
/** A store that has failed is left alone for this long. */
const REST_MS = 1_000
const MINUTE_MS = 60_000
/** Containers write a minute's end apart from each other, so that they do not meet on the rows of the same callers. */
const SPREAD_MS = 2_000
const BATCH_ROWS = 50

/**
 * Rows on their way to the store. The id stays the same over retries: the store takes it once, and remembers it for ten
 * minutes. Only a batch whose answer was lost, in a container that then slept for longer than that, counts twice.
 */
interface Batch {
  readonly id: string
  readonly writes: readonly Write[]
}

const ignore = (): undefined => undefined

class ViolationRecorder implements Recorder {
  readonly #table: Table
  readonly #effects: Effects
  readonly #pending = new PendingViolations()
  #batch: Batch | undefined
  #sending: Promise<void> | undefined
  #timer: AbortController | undefined
  #isSlow = false
  #restUntilMs = -Infinity

  constructor(table: Table, effects: Effects) {
    this.#table = table
    this.#effects = effects
  }

  async record(denial: Denial): Promise<void> {
    this.#pending.add(denial, this.#effects.now())
    if (!this.#pending.hasDue || this.#effects.monotonicMs() < this.#restUntilMs) {
      this.#awaitMinuteEnd()
      return
    }
    const sending = this.#send()
    if (!this.#isSlow) await this.#withPatience(sending)
  }

  note(denial: Denial): void {
    this.#pending.add(denial, this.#effects.now())
    this.#awaitMinuteEnd()
  }

  async flush(): Promise<void> {
    this.#pending.allDue()
    await this.#send()
    if (!this.#isIdle()) return
    this.#timer?.abort()
    this.#timer = undefined
  }

  #isIdle(): boolean {
    return this.#batch === undefined && this.#pending.size === 0
  }

  /** One at a time: what becomes due meanwhile goes with the next batch. */
  #send(): Promise<void> {
    if (this.#batch === undefined && !this.#pending.hasDue) return Promise.resolve()
    this.#sending ??= this.#sendAll()
    return this.#sending
  }

  async #sendAll(): Promise<void> {
    try {
      for (;;) {
        this.#batch ??= this.#nextBatch()
        if (this.#batch === undefined) break
        await this.#table.commit(this.#batch.writes, this.#batch.id)
        this.#batch = undefined
        this.#isSlow = false
      }
    } catch (error) {
      log.warn('violations not written', errorFields(error))
      count('ViolationWritesFailed')
      flushMetrics()
      this.#restUntilMs = this.#effects.monotonicMs() + REST_MS
    } finally {
      this.#sending = undefined
      this.#awaitMinuteEnd()
    }
  }

  #nextBatch(): Batch | undefined {
    const rows = this.#pending.take(BATCH_ROWS)
    return rows.length === 0 ? undefined : { id: this.#effects.id(), writes: rows.map(tallyWrite) }
  }

  async #withPatience(sending: Promise<void>): Promise<void> {
    const sent = new AbortController()
    const late = this.#effects.wait(PATIENCE_MS, sent.signal).then(() => {
      // Nobody else waits for this store before it has answered again.
      this.#isSlow = true
    }, ignore)
    await Promise.race([sending, late])
    sent.abort()
  }

  /** One timer for everything that is not written yet. */
  #awaitMinuteEnd(): void {
    if (this.#timer !== undefined || this.#isIdle()) return
    const timer = new AbortController()
    this.#timer = timer
    const leftMs = MINUTE_MS - (this.#effects.now() % MINUTE_MS) + this.#effects.random() * SPREAD_MS
    this.#effects.wait(leftMs, timer.signal).then(() => this.#minuteOver(), ignore)
  }

  async #minuteOver(): Promise<void> {
    this.#timer = undefined
    this.#pending.turnTo(this.#effects.now())
    await this.#send()
    this.#awaitMinuteEnd()
  }
}

/**
 * Makes the recorder of a container.
 * @param effects its waits end the minutes; on AWS a container that was frozen over a minute's end writes when it thaws
 */
export function makeRecorder(table: Table, effects: Effects): Recorder {
  const recorder = new ViolationRecorder(table, effects)
  return {
    record: (denial) => recorder.record(denial),
    note: (denial) => recorder.note(denial),
    flush: () => recorder.flush(),
  }
}
