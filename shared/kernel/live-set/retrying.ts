import type { Effects } from '../effects.ts'
import { Problem } from '../errors.ts'

/** Everybody who changes a live set gets in everybody else's way: its pointer is one item. */
const ATTEMPTS = 10
/** How long to wait, on average, before the second attempt; twice as long before each further one. */
const FIRST_WAIT_MS = 20
const LONGEST_WAIT_MS = 800

/**
 * Reads, decides and commits again for as long as others are quicker. Waits are drawn at random ("full jitter",
 * https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/), so that rivals part.
 * For switches, which wait for nobody, and for what few do at once; saves go `inTurn`.
 * @param attempt does everything from the first read on; `undefined` when what it had read has changed before it committed
 * @returns what the first successful attempt returns
 * @throws `conflict` when every attempt was overtaken, and whatever an attempt throws
 */
export async function retrying<T>(
  effects: Pick<Effects, 'random' | 'wait'>,
  attempt: () => Promise<T | undefined>,
): Promise<T> {
  let meanMs = FIRST_WAIT_MS
  for (let tried = 1; tried < ATTEMPTS; tried += 1) {
    const done = await attempt()
    if (done !== undefined) return done
    await effects.wait(effects.random() * 2 * meanMs)
    meanMs = Math.min(meanMs * 2, LONGEST_WAIT_MS)
  }
  const done = await attempt()
  if (done !== undefined) return done
  throw new Problem('conflict')
}
