/** One admission as it was recorded. */
export interface LoggedAdmission {
  readonly at: number
  readonly cost: number
  /** How much may be admitted in an interval that ends with this admission. */
  readonly limit: number
}

/** The fullest interval of a log. */
export interface Peak {
  /** Largest sum in an interval, as a part of its limit. */
  readonly ratio: number
  readonly sum: number
  readonly limit: number
  /** How many admissions end an interval that holds more than its limit. */
  readonly overAdmissions: number
}

const byTime = (left: LoggedAdmission, right: LoggedAdmission): number => left.at - right.at

/**
 * The largest sum of costs in any half-open interval of a length, exactly: every such interval holds no more than the one
 * of the same length that ends with its own last admission, so one pass with two pointers looks at all that matter.
 * @param length of the interval, in the unit of `at`
 */
export function peakOf(admissions: readonly LoggedAdmission[], length: number): Peak {
  const log = admissions.toSorted(byTime)
  let peak: Peak = { ratio: 0, sum: 0, limit: Infinity, overAdmissions: 0 }
  let overAdmissions = 0
  let sum = 0
  let first = 0
  for (const { at, cost, limit } of log) {
    sum += cost
    for (let oldest = log[first]; oldest !== undefined && at - oldest.at >= length; oldest = log[first]) {
      sum -= oldest.cost
      first += 1
    }
    if (sum > limit) overAdmissions += 1
    if (sum / limit > peak.ratio) peak = { ratio: sum / limit, sum, limit, overAdmissions }
  }
  return { ...peak, overAdmissions }
}

/** A limit, and the length of the interval that it holds for. */
export interface LogWindow {
  readonly limit: number
  readonly length: number
}

/** Asks whether a cost may be admitted at a moment no earlier than the last one, and admits it. */
export type SlidingLog = (at: number, cost: number) => boolean

/** The ideal limiter: remembers each admission, and admits whatever leaves every interval of every window within its limit. */
export function slidingLog(windows: readonly LogWindow[]): SlidingLog {
  const admitted: { readonly at: number; readonly cost: number }[] = []
  const states = windows.map((window) => ({ ...window, used: 0, first: 0 }))
  return (at, cost) => {
    for (const state of states) {
      for (
        let oldest = admitted[state.first];
        oldest !== undefined && at - oldest.at >= state.length;
        oldest = admitted[state.first]
      ) {
        state.used -= oldest.cost
        state.first += 1
      }
    }
    if (states.some(({ limit, used }) => used + cost > limit)) return false
    admitted.push({ at, cost })
    for (const state of states) state.used += cost
    return true
  }
}

/** A stretch of time, and the length of the window that is looked at. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly length: number
}

/**
 * Units admitted in a stretch, averaged over all beginnings within its first window and all ends within its last one:
 * limiters admit in waves as long as a window, and where in a wave the recording ends must not matter.
 */
export function smoothedUnits(
  admissions: readonly Pick<LoggedAdmission, 'at' | 'cost'>[],
  { from, to, length }: Stretch,
): number {
  let units = 0
  for (const { at, cost } of admissions) {
    const weight = Math.min(1, (at - from) / length, (to - at) / length)
    units += Math.max(0, weight) * cost
  }
  return units
}
