/** The parts of a check that decide when it runs. */
export interface Scheduled {
  readonly id: string
  /** Whole minutes. */
  readonly intervalSeconds: number
}

/**
 * Intervals are counted in ticks of nominally a minute. Where ticks come faster (every 10 s on a laptop), everything
 * runs faster in proportion, and no check starves or piles up.
 */
const NOMINAL_TICK_SECONDS = 60

const ticksBetween = (check: Scheduled): number => check.intervalSeconds / NOMINAL_TICK_SECONDS

/**
 * FNV-1a, 32 bits, over UTF-16 units (http://www.isthe.com/chongo/tech/comp/fnv/): the same id always falls on the same
 * number, in every process.
 */
function stableHash(text: string): number {
  let hash = 0x81_1c_9d_c5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01_00_01_93)
  }
  return hash >>> 0
}

/** Ticks since the check was last due; 0 when it is due. */
function ticksSinceDue(check: Scheduled, tick: number): number {
  const every = ticksBetween(check)
  return (tick + (stableHash(check.id) % every)) % every
}

/**
 * The number of the tick that a moment falls into.
 * @param scheduledAtMs when the invocation was scheduled (not when it ran), milliseconds since the epoch, so that a
 *   retry computes the same tick
 */
export function tickOf(scheduledAtMs: number, tickSeconds: number): number {
  return Math.floor(scheduledAtMs / (tickSeconds * 1_000))
}

/**
 * Whether a check runs in a tick: a check of 60 s in every tick, one of n minutes in every n-th. Which of the n depends
 * on the check's id, so that long intervals do not all fall on the same tick.
 */
export function isDue(check: Scheduled, tick: number): boolean {
  return ticksSinceDue(check, tick) === 0
}

/**
 * The slot that a result of this check counts for: the start of the latest tick, up to and including `tick`, in which
 * the check was due. For a due check that is the start of `tick` itself.
 * @returns milliseconds since the epoch
 */
export function slotOf(check: Scheduled, tick: number, tickSeconds: number): number {
  return (tick - ticksSinceDue(check, tick)) * tickSeconds * 1_000
}

/** The real time between two runs of a check, in milliseconds. */
export function intervalMs(check: Scheduled, tickSeconds: number): number {
  return ticksBetween(check) * tickSeconds * 1_000
}
