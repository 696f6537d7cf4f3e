import { Duration } from 'aws-cdk-lib'
import { type IMetric, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch'
import type { MetricName } from '../shared/kernel/metrics.ts'
import type { CapabilityFunction } from './constructs/capability-function.ts'

/** All that is alarmed on or drawn is looked at by the minute. */
const MINUTE = { period: Duration.minutes(1) }

/**
 * A metric that the functions count themselves.
 * @param service which deployment counts: the prefix, or that of the second prober
 */
export const ownMetric = (name: MetricName, service: string, statistic: string): IMetric =>
  new Metric({
    namespace: 'Midwatch',
    metricName: name,
    dimensionsMap: { service },
    statistic,
    ...MINUTE,
  })

export const errorsOf = ({ lambda }: CapabilityFunction): IMetric => lambda.metricErrors(MINUTE)
export const throttlesOf = ({ lambda }: CapabilityFunction): IMetric => lambda.metricThrottles(MINUTE)
/** Refused invocations of all functions of the account. */
export const accountThrottles = (): IMetric =>
  new Metric({ namespace: 'AWS/Lambda', metricName: 'Throttles', statistic: Stats.SUM, ...MINUTE })
export const durationOf = ({ lambda }: CapabilityFunction): IMetric =>
  lambda.metricDuration({ ...MINUTE, statistic: Stats.percentile(99) })

/** How far behind the end of the stream a consumer is, in milliseconds. */
export const lagOf = ({ lambda }: CapabilityFunction): IMetric =>
  lambda.metric('IteratorAge', { ...MINUTE, statistic: Stats.MAXIMUM })
