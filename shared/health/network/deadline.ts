import type { Effects } from '../../kernel/effects.ts'

/**
 * Waits for `work`, but no longer than until `signal` aborts. For work that cannot be aborted itself (credential
 * providers, SDK retry pauses, `pg`): it may go on in the background, so the caller must also destroy what it holds.
 * @throws what `work` throws, or the signal's reason
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/**
 * Waits for optional work for `limitMs` milliseconds at most.
 * @returns what `work` gives; undefined when it fails or takes longer
 */
export async function withinOrNothing<T>(
  work: Promise<T>,
  limitMs: number,
  effects: Pick<Effects, 'wait'>,
): Promise<T | undefined> {
  const finished = new AbortController()
  try {
    return await Promise.race([work, effects.wait(limitMs, finished.signal).then(() => undefined)])
  } catch {
    return undefined
  } finally {
    finished.abort()
  }
}
