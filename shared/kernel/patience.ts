import type { Effects } from './effects.ts'

/**
 * Waits for something, but not for ever. What comes in later is no longer waited for, and its failure is nobody's.
 * @throws whatever it fails with, or an error when it was not done within this time
 */
export async function within<T>(
  effects: Pick<Effects, 'wait'>,
  patienceMs: number,
  doing: Promise<T>,
): Promise<T> {
  const done = new AbortController()
  const late = effects.wait(patienceMs, done.signal).then((): never => {
    throw new Error(`This was not done within ${patienceMs} ms.`)
  })
  try {
    return await Promise.race([doing, late])
  } finally {
    late.catch(() => undefined)
    doing.catch(() => undefined)
    done.abort()
  }
}

/**
 * As `within`, for whoever goes on either way.
 * @returns whether it was done within this time
 */
export const isDoneWithin = (
  effects: Pick<Effects, 'wait'>,
  patienceMs: number,
  doing: Promise<unknown>,
): Promise<boolean> =>
  within(effects, patienceMs, doing).then(
    () => true,
    () => false,
  )
