import { MetricUnit, Metrics } from '@aws-lambda-powertools/metrics'

/**
 * Custom metrics in the embedded metric format: log lines that CloudWatch turns into metrics, no API call. The deployment
 * names their `service` dimension (POWERTOOLS_SERVICE_NAME), so that stages in one account stay apart.
 */
const metrics = new Metrics({ namespace: 'Midwatch' })

/** Every custom metric, with its unit. The dashboard and the alarms name these. */
export const METRICS = {
  TicksRun: MetricUnit.Count,
  ChecksRun: MetricUnit.Count,
  ChecksFailed: MetricUnit.Count,
  ChecksInconclusive: MetricUnit.Count,
  TickDuration: MetricUnit.Milliseconds,
  AlertsPublished: MetricUnit.Count,
  OutboxSwept: MetricUnit.Count,
  OutboxOldestAge: MetricUnit.Seconds,
  UnhandledErrors: MetricUnit.Count,
  RateLimitDenied: MetricUnit.Count,
  RateLimitShadowDenied: MetricUnit.Count,
  RateLimitDegraded: MetricUnit.Count,
  ViolationWritesFailed: MetricUnit.Count,
  CallersBlocked: MetricUnit.Count,
  ChangesReverted: MetricUnit.Count,
} as const

export type MetricName = keyof typeof METRICS

/** Adds to a metric of this invocation. */
export function count(name: MetricName, value = 1): void {
  metrics.addMetric(name, METRICS[name], value)
}

/** Writes what was counted, if anything was; called once at the end of an invocation. */
export function flushMetrics(): void {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics()
}
