import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { Effects } from '../effects.ts'

/** `Date` has whole seconds, and an answer takes its time. */
const TOLERANCE_MS = 2_000

/** A wall clock that does not run ahead of the store's. */
export interface StoreClock {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Takes note of an answer's `Date` header. */
  readonly heard: (date: string) => void
}

/**
 * Holds a container's clock back when the store's answers show that it is ahead, by more than skew between machines that
 * keep their time explains. A clock behind needs no help: it goes by what others have written.
 */
export function storeClock(effects: Pick<Effects, 'now'>): StoreClock {
  let aheadMs = 0
  return {
    now: () => effects.now() - aheadMs,
    heard: (date) => {
      const storeMs = Date.parse(date)
      if (!Number.isNaN(storeMs)) aheadMs = Math.max(0, effects.now() - storeMs - TOLERANCE_MS)
    },
  }
}

const dateOf = (response: unknown) =>
  (response as { readonly headers?: { readonly date?: unknown } }).headers?.date

/** Has the clock listen to the answers of this client. */
export function listen(client: DynamoDBClient, clock: StoreClock): void {
  client.middlewareStack.add(
    (next) => async (request) => {
      const result = await next(request)
      const date = dateOf(result.response)
      if (typeof date === 'string') clock.heard(date)
      return result
    },
    { step: 'deserialize', name: 'storeClock', priority: 'low' },
  )
}
