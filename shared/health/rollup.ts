/** One slot's verdict, as history keeps it. `at` is milliseconds since the epoch. */
export interface Sample {
  readonly at: number
  readonly grade: 'good' | 'slow' | 'failed'
  readonly latencyMs: number
}

/** Many samples in one line of history. What cannot be computed from no samples is undefined. */
export interface Rollup {
  readonly samples: number
  readonly failed: number
  readonly slow: number
  /** The share that did not fail, rounded down to three decimals: 100 means that nothing failed. */
  readonly uptimePercent: number | undefined
  /** Percentiles of the samples that did not fail: time until a failure is no response time. */
  readonly p50Ms: number | undefined
  readonly p95Ms: number | undefined
  readonly p99Ms: number | undefined
}

/**
 * The nearest-rank percentile (https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method): always a value that
 * was measured. Multiplies before dividing so that whole ranks are exact.
 * @param sorted ascending
 * @param percent above 0, at most 100
 */
const nearestRank = (sorted: readonly number[], percent: number): number | undefined =>
  sorted[Math.ceil((percent * sorted.length) / 100) - 1]

/** Sums up the samples of an hour, a day or any other period. The order of the samples does not matter. */
export function summarize(samples: readonly Sample[]): Rollup {
  const answered = samples.filter((sample) => sample.grade !== 'failed')
  const latenciesMs = answered.map((sample) => sample.latencyMs).sort((a, b) => a - b)
  return {
    samples: samples.length,
    failed: samples.length - answered.length,
    slow: samples.filter((sample) => sample.grade === 'slow').length,
    uptimePercent:
      samples.length === 0 ? undefined : Math.floor((answered.length * 100_000) / samples.length) / 1_000,
    p50Ms: nearestRank(latenciesMs, 50),
    p95Ms: nearestRank(latenciesMs, 95),
    p99Ms: nearestRank(latenciesMs, 99),
  }
}
