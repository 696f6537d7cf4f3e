import { createHash } from 'node:crypto'
import { ulid, type Effects } from '../../shared/kernel/effects.ts'

/** Effects that a test moves by hand. Two of them made alike give the same ids, numbers and bytes in the same order. */
export interface ManualEffects extends Effects {
  /** Moves the clocks on and ends the waits that are due, the earliest first. */
  readonly advance: (ms: number) => void
  /** How many waits have not ended. */
  readonly waiting: () => number
}

interface Waiter {
  readonly dueMs: number
  readonly end: () => void
}

export const START_MS = Date.parse('2026-02-15T12:00:00.000Z')

/**
 * @param startMs wall-clock time at the start, milliseconds since the epoch
 * @param waits `manual`: a wait ends when the clock is advanced to it; `immediate`: a wait advances the clock itself
 */
export function manualEffects(
  startMs: number = START_MS,
  waits: 'manual' | 'immediate' = 'manual',
): ManualEffects {
  let now = startMs
  let drawn = 0
  const waiters = new Set<Waiter>()

  const bytes = (byteCount: number): Uint8Array => {
    drawn += 1
    const block = createHash('sha512').update(String(drawn)).digest()
    return Uint8Array.from({ length: byteCount }, (_, index) => block[index % block.length] ?? 0)
  }
  const advance = (ms: number): void => {
    const end = now + ms
    const due = [...waiters].filter(({ dueMs }) => dueMs <= end).sort((a, b) => a.dueMs - b.dueMs)
    for (const waiter of due) {
      now = Math.max(now, waiter.dueMs)
      waiters.delete(waiter)
      waiter.end()
    }
    now = end
  }
  const manualWait = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const waiter: Waiter = { dueMs: now + ms, end: resolve }
      waiters.add(waiter)
      signal?.addEventListener('abort', () => {
        waiters.delete(waiter)
        reject(signal.reason)
      })
    })
  const immediateWait = (ms: number): Promise<void> => {
    now += ms
    return Promise.resolve()
  }

  return {
    now: () => now,
    monotonicMs: () => now - startMs,
    id: () => ulid(now, bytes(10)),
    random: () => Buffer.from(bytes(4)).readUInt32BE() / 2 ** 32,
    bytes,
    wait: waits === 'manual' ? manualWait : immediateWait,
    advance,
    waiting: () => waiters.size,
  }
}
