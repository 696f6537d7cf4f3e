import type { Effects } from '../../shared/kernel/effects.ts'
import type { UpdateCounter } from '../../shared/kernel/table/counters.ts'

/** A store with as much capacity as one partition key has. */
export interface CappedStore {
  readonly update: UpdateCounter
  /** When each write arrived, milliseconds since the epoch. */
  readonly writes: readonly number[]
  /** How many of them were too much. */
  readonly throttled: () => number
}

class ProvisionedThroughputExceededException extends Error {
  override readonly name = 'ProvisionedThroughputExceededException'
}

/**
 * Refuses what goes beyond so many writes in any second.
 * @param latencyMs how long each write takes
 */
export function cappedStore(
  send: UpdateCounter,
  { now, wait }: Pick<Effects, 'now' | 'wait'>,
  { writesASecond, latencyMs }: { readonly writesASecond: number; readonly latencyMs: number },
): CappedStore {
  const writes: number[] = []
  const admitted: number[] = []
  let throttled = 0
  return {
    writes,
    throttled: () => throttled,
    update: async (update) => {
      const isTooMuch = (admitted.at(-writesASecond) ?? -Infinity) > now() - 1_000
      writes.push(now())
      if (!isTooMuch) admitted.push(now())
      await wait(latencyMs)
      if (!isTooMuch) return send(update)
      throttled += 1
      throw new ProvisionedThroughputExceededException('Too much for one key.')
    },
  }
}
