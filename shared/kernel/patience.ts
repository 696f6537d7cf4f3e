import type { Effects } from './effects.ts'

/**
 * Waits for something, but not for ever. What comes in later is no longer waited for, and its failure is nobody's.
 * @returns whether it was done within this time
 */
export async function isDoneWithin(
  effects: Pick<Effects, 'wait'>,
  patienceMs: number,
  doing: Promise<unknown>,
): Promise<boolean> {
  const done = new AbortController()
  const late = effects.wait(patienceMs, done.signal).then(() => {
    throw new Error(`This was not done within ${patienceMs} ms.`)
  })
  try {
    await Promise.race([doing, late])
    return true
  } catch {
    return false
  } finally {
    late.catch(() => undefined)
    doing.catch(() => undefined)
    done.abort()
  }
}
