import { randomBytes, randomInt } from 'node:crypto'
import { performance } from 'node:perf_hooks'

/**
 * Everything the code takes from outside itself. Passed in, never imported, so that tests run on a manual clock.
 * This file is the only place that reads a clock, draws random numbers or waits.
 */
export interface Effects {
  /** Wall-clock time, milliseconds since the epoch. */
  readonly now: () => number
  /** A clock that never jumps, milliseconds from an arbitrary origin; for measuring durations. */
  readonly monotonicMs: () => number
  /** A new identifier: 26 characters, unique, sorting by creation time. */
  readonly id: () => string
  /** A number in [0, 1). */
  readonly random: () => number
  /** `byteCount` unpredictable bytes, for keys. */
  readonly bytes: (byteCount: number) => Uint8Array
  /** Resolves after `ms` milliseconds; rejects with the signal's reason when it aborts first. */
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * A ULID (https://github.com/ulid/spec): 48 bits of time, 80 bits of randomness, Crockford base 32.
 * @param nowMs creation time, milliseconds since the epoch
 * @param randomness at least ten random bytes
 */
export function ulid(nowMs: number, randomness: Uint8Array): string {
  let value = BigInt(Math.trunc(nowMs))
  for (const byte of randomness.subarray(0, 10)) value = (value << 8n) | BigInt(byte)
  let text = ''
  for (let shift = 125n; shift >= 0n; shift -= 5n) text += CROCKFORD[Number((value >> shift) & 31n)]
  return text
}

/** As `Effects.wait`; the promise of `node:timers` makes an error with a stack of each abort, and most waits are aborted. */
const wait = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const aborted = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', aborted)
      resolve()
    }, ms)
    if (signal?.aborted === true) aborted()
    else signal?.addEventListener('abort', aborted, { once: true })
  })

/** The real effects, for Lambda entry points and the local runtime. */
export const systemEffects: Effects = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  id: () => ulid(Date.now(), randomBytes(10)),
  random: () => randomInt(2 ** 47) / 2 ** 47,
  bytes: (byteCount) => randomBytes(byteCount),
  wait,
}
