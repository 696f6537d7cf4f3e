import type { Effects } from '../kernel/effects.ts'
import type { CounterOutcome, CounterUpdate, UpdateCounter } from '../kernel/table/counters.ts'

/** The store gave no answer within the budget, or refused to. */
export class StoreUnavailable extends Error {
  /** DynamoDB had too many requests for this partition. */
  readonly throttled: boolean
  constructor(throttled: boolean, cause?: unknown) {
    super('The store of the counters did not answer.', { cause })
    this.name = 'StoreUnavailable'
    this.throttled = throttled
  }
}

/** Updates counters within a time budget, whatever the store does. */
export interface CounterStore {
  /**
   * A lost answer is asked for once more, so that an update may count twice: fine for what only takes.
   * @throws StoreUnavailable
   */
  readonly update: (update: CounterUpdate) => Promise<CounterOutcome>
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
/** After a failure nobody asks for this long: a store that is down should not cost every caller the whole budget. */
const REST_MS = 1_000

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
])

const isThrottling = (error: unknown): boolean => error instanceof Error && THROTTLED.has(error.name)

/** Sends one request and waits for at most `ms`. */
async function attempt(
  send: UpdateCounter,
  update: CounterUpdate,
  effects: Effects,
  ms: number,
): Promise<CounterOutcome> {
  const giveUp = new AbortController()
  const answered = new AbortController()
  const late = effects.wait(ms, answered.signal).then(() => {
    giveUp.abort()
    throw new Error(`No answer within ${ms} ms.`)
  })
  try {
    return await Promise.race([send(update, giveUp.signal), late])
  } finally {
    late.catch(() => undefined)
    answered.abort()
  }
}

/**
 * @param send one request, no retry
 * @param budgetMs for all attempts together
 */
export function counterStore(send: UpdateCounter, effects: Effects, budgetMs: number): CounterStore {
  let restUntilMs = -Infinity

  const failed = (error: unknown): StoreUnavailable => {
    const throttled = isThrottling(error)
    // A throttled key says nothing about the others.
    if (!throttled) restUntilMs = effects.monotonicMs() + REST_MS
    return new StoreUnavailable(throttled, error)
  }

  const withAttempts = async (update: CounterUpdate, attempts: number): Promise<CounterOutcome> => {
    if (effects.monotonicMs() < restUntilMs) throw new StoreUnavailable(false)
    for (let tried = 1; ; tried += 1) {
      try {
        return await attempt(send, update, effects, budgetMs / ATTEMPTS)
      } catch (error) {
        if (tried >= attempts || isThrottling(error)) throw failed(error)
      }
    }
  }

  return {
    update: (update) => withAttempts(update, ATTEMPTS),
    updateOnce: (update) => withAttempts(update, 1),
  }
}
