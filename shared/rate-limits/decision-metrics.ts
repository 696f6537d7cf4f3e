import type { Effects } from '../kernel/effects.ts'
import { count, flushMetrics, type MetricName } from '../kernel/metrics.ts'
import type { Decision } from './decision.ts'

/** A metric is a log line: a flood must not write one for each denial. */
const WRITTEN_EVERY_MS = 1_000

/** Counts what operators want to see on a dashboard; a decision that simply admits is none of that. */
export interface DecisionMetrics {
  /** Counts a decision. Sums are written with the first one after a second without. */
  readonly add: (decision: Decision) => void
  /** Writes what is only counted so far; for a process that ends. */
  readonly flush: () => void
}

function namesOf({ allowed, shadowDenied, degraded }: Decision): readonly MetricName[] {
  const names: MetricName[] = []
  if (!allowed) names.push('RateLimitDenied')
  if (shadowDenied) names.push('RateLimitShadowDenied')
  if (degraded) names.push('RateLimitDegraded')
  return names
}

/** Makes the metrics of a container's decisions. */
export function decisionMetrics({ monotonicMs }: Pick<Effects, 'monotonicMs'>): DecisionMetrics {
  const sums = new Map<MetricName, number>()
  let writtenAtMs = -Infinity
  const flush = (): void => {
    for (const [name, sum] of sums) count(name, sum)
    sums.clear()
    flushMetrics()
  }
  const add = (decision: Decision): void => {
    const names = namesOf(decision)
    for (const name of names) sums.set(name, (sums.get(name) ?? 0) + 1)
    if (names.length === 0 || monotonicMs() - writtenAtMs < WRITTEN_EVERY_MS) return
    writtenAtMs = monotonicMs()
    flush()
  }
  return { add, flush }
}
