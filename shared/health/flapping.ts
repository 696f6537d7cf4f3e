import type { KnownStatus } from './status.ts'

/** How many samples are weighed: 21 samples hold 20 possible changes. */
export const FLAP_SAMPLES = 21
/** Weights of 1.2 down to 0.8, as whole numbers in that proportion (57, 56, … 38), so that sums meet the limits exactly. */
const NEWEST_WEIGHT = 57
/** 57 + 56 + … + 38, the weight of 20 changes. */
const TOTAL_WEIGHT = 950
const ENTER_PERCENT = 30
const LEAVE_PERCENT = 20

/**
 * How restless a check is: the share of changes between neighbouring samples, a recent change weighing up to half
 * as much again as an old one (1.2 against 0.8). This is Nagios' measure:
 * https://assets.nagios.com/downloads/nagioscore/docs/nagioscore/4/en/flapping.html
 * @param history statuses, one a slot, newest last; only the last 21 count
 * @returns 0 to 100. A short history is still measured against 20 possible changes, so that the first change of a new
 *   check is not 100 %.
 */
export function flapPercent(history: readonly KnownStatus[]): number {
  const newestFirst = history.slice(-FLAP_SAMPLES).toReversed()
  let changed = 0
  for (let age = 0; age < newestFirst.length - 1; age += 1) {
    if (newestFirst[age] !== newestFirst[age + 1]) changed += NEWEST_WEIGHT - age
  }
  return (changed * 100) / TOTAL_WEIGHT
}

/**
 * Flapping starts at 30 % and ends at 20 %; in between it stays what it was.
 * @param history statuses, one a slot, newest last
 * @param wasFlapping the answer for the slot before
 */
export function isFlapping(history: readonly KnownStatus[], wasFlapping: boolean): boolean {
  const percent = flapPercent(history)
  return wasFlapping ? percent > LEAVE_PERCENT : percent >= ENTER_PERCENT
}
