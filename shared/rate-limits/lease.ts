/** How often a container is asked about one caller. */
export interface AskRate {
  /** Units asked for a millisecond, on average over the last second or so. */
  readonly perMs: number
  /** When it was last asked, milliseconds. */
  readonly at: number
}

/** After this time an old average has lost two thirds of its weight. */
const MEMORY_MS = 1_000

/** Takes another question into the average (an exponentially weighted rate, https://en.wikipedia.org/wiki/Exponential_smoothing). */
export function askedAgain(rate: AskRate | undefined, cost: number, now: number): AskRate {
  if (rate === undefined) return { perMs: cost / MEMORY_MS, at: now }
  const kept = Math.exp(-Math.max(0, now - rate.at) / MEMORY_MS)
  return { perMs: rate.perMs * kept + cost / MEMORY_MS, at: Math.max(now, rate.at) }
}

/** Of what is expected to be asked for in the rest of the bucket, this part is taken: unused units are lost with it. */
const CAUTION = 0.4

/** And at most this part of the limit: what a container does not use of its lease, nobody can. */
const MAX_PART = 1 / 100

/** What a lease is sized by. */
interface Circumstances {
  readonly rate: AskRate
  /** Until the lease ends, milliseconds. */
  readonly bucketLeftMs: number
  /** The smallest limit that holds. */
  readonly limit: number
  /** How much could be admitted at once. */
  readonly room: number
  /** Which part of what is used is this container's, 0 to 1. */
  readonly share: number
}

/**
 * How much to take with one write. A caller that asks rarely gets exactly what it asks for, and so does everybody when
 * little is left.
 * @returns at least `cost`
 */
export function leaseSize(cost: number, { rate, bucketLeftMs, limit, room, share }: Circumstances): number {
  const wanted = Math.min(CAUTION * rate.perMs * bucketLeftMs, (room * share) / 2, limit * MAX_PART)
  return Math.max(cost, Math.floor(wanted))
}

/**
 * Which part of what is used in a window is this container's own.
 * @param used by everybody
 */
export const ownShare = (rate: AskRate, windowMs: number, used: number): number =>
  Math.min(1, (rate.perMs * windowMs) / Math.max(1, used))

/** How much a container has taken. */
export interface Taken {
  readonly amount: number
  /** When it last took something, milliseconds. */
  readonly at: number
}

/** Adds to what was taken, and forgets the rest at the pace of the window: at a steady rate, one window's worth is left. */
export const takenAgain = (
  taken: Taken | undefined,
  amount: number,
  windowMs: number,
  now: number,
): Taken => ({
  amount: amount + (taken?.amount ?? 0) * Math.exp(-Math.max(0, now - (taken?.at ?? now)) / windowMs),
  at: Math.max(now, taken?.at ?? now),
})
