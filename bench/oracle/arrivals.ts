import type { Stream } from './plan.ts'

/** A small seeded generator (mulberry32): numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** At most this many come together. */
const MAX_BURST = 40
const MAX_COST = 5

/** One caller's attempts in one process. */
export interface Arrivals {
  /** How many are due by this moment (milliseconds since the start) and were not before. */
  readonly due: (elapsedMs: number) => number
  readonly cost: () => number
}

/**
 * Draws arrivals of a mean rate: one by one, or in bursts of any size up to the largest.
 * @param ratePerMs attempts a millisecond
 */
export function arrivalsOf(pattern: Stream['pattern'], ratePerMs: number, random: () => number): Arrivals {
  const size = () => (pattern === 'poisson' ? 1 : 1 + Math.floor(random() * MAX_BURST))
  const meanSize = pattern === 'poisson' ? 1 : (1 + MAX_BURST) / 2
  const gapMs = () => (-Math.log(1 - random()) * meanSize) / ratePerMs
  let nextMs = gapMs()
  return {
    due: (elapsedMs) => {
      let count = 0
      for (; nextMs <= elapsedMs; nextMs += gapMs()) count += size()
      return count
    },
    cost: () => 1 + Math.floor(random() * MAX_COST),
  }
}
