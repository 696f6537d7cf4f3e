import type { Effects } from '../kernel/effects.ts'
import type { CounterOutcome, CounterUpdate, UpdateCounter } from '../kernel/table/counters.ts'

/**
 * Why there is no answer: the store is `down`, as far as one container can tell; it has too many requests for this one
 * partition (`throttled`); or the time for this decision is used up (`late`).
 */
export type UnavailableReason = 'down' | 'throttled' | 'late'

/** The store gave no answer within the budget, or refused to. */
export class StoreUnavailable extends Error {
  readonly reason: UnavailableReason
  constructor(reason: UnavailableReason, cause?: unknown) {
    super('The store of the counters did not answer.', { cause })
    this.name = 'StoreUnavailable'
    this.reason = reason
  }
}

/** Updates counters within a time budget, whatever the store does. */
export interface CounterStore {
  /**
   * A lost answer is asked for once more, so that an update may count twice: fine for what only takes.
   * @param deadlineMs on the clock that never jumps; by then it has settled
   * @throws StoreUnavailable
   */
  readonly update: (update: CounterUpdate, deadlineMs: number) => Promise<CounterOutcome>
  /**
   * Sends the update once: for what gives back, and may never count twice.
   * @throws StoreUnavailable
   */
  readonly updateOnce: (update: CounterUpdate) => Promise<CounterOutcome>
}

/** DynamoDB answers in milliseconds; who waits for longer waits for nothing. */
export const BUDGET_MS = 50
/** The first request may take half of the budget, so that a lost one can be sent once more. */
const ATTEMPTS = 2
/**
 * A silence for this part of the budget says that the store is down. Who had less time left than that, because he waited for
 * something else before, cannot tell.
 */
const SILENT_PART = 3 / 4
/** After a failure nobody asks for this long: a store that is down should not cost every caller the whole budget. */
const REST_MS = 1_000

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
])

/** What we should not have asked: no failure of the store, and nothing that waiting would mend. */
const MISTAKES = new Set(['ValidationException', 'SerializationException'])

const isOneOf = (names: ReadonlySet<string>, error: unknown): boolean =>
  error instanceof Error && names.has(error.name)

/** Made once, like the next one: every question of an outage would make one. */
const SILENT = new Error('The store has not answered in time.')

/** Made once: an abort without a reason makes an error with a stack each time, a twentieth of a decision's work. */
const ANSWERED = new Error('The store has answered.')

/** The first answer, however many requests there were; an error once all of them have failed. */
async function firstOf(sent: readonly Promise<CounterOutcome>[]): Promise<CounterOutcome> {
  try {
    return await Promise.any(sent)
  } catch (error) {
    throw error instanceof AggregateError ? error.errors.at(-1) : error
  }
}

/** Waits for at most `ms`. What does not answer by then may be opening a connection, which the next request will find. */
async function within(
  ms: number,
  sent: readonly Promise<CounterOutcome>[],
  effects: Effects,
): Promise<CounterOutcome> {
  const answered = new AbortController()
  const late = effects.wait(ms, answered.signal).then(() => {
    throw SILENT
  })
  try {
    return await Promise.race([firstOf(sent), late])
  } finally {
    late.catch(() => undefined)
    answered.abort(ANSWERED)
  }
}

/**
 * @param send one request, no retry, that ends by itself after some time
 * @param budgetMs for all attempts together
 */
export function counterStore(send: UpdateCounter, effects: Effects, budgetMs: number): CounterStore {
  let restUntilMs = -Infinity

  const failed = (error: unknown): StoreUnavailable => {
    // A throttled key says nothing about the others.
    if (isOneOf(THROTTLED, error)) return new StoreUnavailable('throttled', error)
    restUntilMs = effects.monotonicMs() + REST_MS
    return new StoreUnavailable('down', error)
  }

  const withAttempts = async (
    update: CounterUpdate,
    attempts: number,
    deadlineMs: number,
  ): Promise<CounterOutcome> => {
    const startedMs = effects.monotonicMs()
    if (startedMs < restUntilMs) throw new StoreUnavailable('down')
    const sent: Promise<CounterOutcome>[] = []
    for (let tried = 1; ; tried += 1) {
      const leftMs = deadlineMs - effects.monotonicMs()
      // Whoever has used up his time elsewhere says nothing about the store.
      if (tried === 1 && leftMs <= 0) throw new StoreUnavailable('late')
      try {
        // The one before may still answer: a slow store is better than none.
        sent.push(send(update))
        return await within(Math.min(leftMs, budgetMs / ATTEMPTS), sent, effects)
      } catch (error) {
        if (isOneOf(MISTAKES, error)) throw error
        const now = effects.monotonicMs()
        const isLast = tried >= attempts || now >= deadlineMs
        const isCut = error === SILENT && now - startedMs < budgetMs * SILENT_PART
        if (isLast && isCut) throw new StoreUnavailable('late', error)
        if (isLast || isOneOf(THROTTLED, error)) throw failed(error)
      }
    }
  }

  return {
    update: (update, deadlineMs) => withAttempts(update, ATTEMPTS, deadlineMs),
    updateOnce: (update) => withAttempts(update, 1, effects.monotonicMs() + budgetMs),
  }
}
