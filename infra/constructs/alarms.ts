import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import { Alarm, ComparisonOperator, type IMetric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { Duration } from 'aws-cdk-lib'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { ALARMS, type AlarmId } from '../alarm-table.ts'
import { accountThrottles, errorsOf, lagOf, ownMetric } from '../metrics.ts'
import type { CapabilityFunction } from './capability-function.ts'

/** What a deployment has that can go wrong. */
export interface Watched {
  readonly api: HttpApi
  readonly functions: readonly CapabilityFunction[]
  readonly streamConsumers: readonly CapabilityFunction[]
  /** Each with the alarm that says it is not empty. */
  readonly deadLetters: readonly (readonly [AlarmId, Queue])[]
  /** Whether a second prober runs in a private network. */
  readonly hasVpcProber: boolean
}

interface AlarmsProps extends Watched {
  readonly prefix: string
  readonly topic: ITopic
}

/** When an alarm goes off: so many minutes of `outOf` beyond the threshold. */
interface Condition {
  readonly metric: IMetric
  readonly threshold: number
  readonly minutes: number
  readonly outOf?: number
  readonly fallsBelow?: true
}

/** The alarms about Midwatch itself. They tell people directly and use nothing of what they watch. */
export class Alarms extends Construct {
  readonly #props: AlarmsProps

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id)
    this.#props = props
    this.#watchTicks()
    this.#watchFunctions()
    this.#watchOutbox()
    for (const [alarmId, queue] of props.deadLetters) this.#watchDeadLetters(alarmId, queue)
    this.#watchApi()
    this.#watchLimiter()
  }

  /** No data is the very thing to be told about: a prober that does not run counts nothing. */
  #watchTicks(): void {
    const { prefix, hasVpcProber } = this.#props
    const none = { threshold: 1, minutes: 5, fallsBelow: true } as const
    this.#add('missing-ticks', { ...none, metric: ownMetric('TicksRun', prefix, Stats.SUM) })
    if (hasVpcProber)
      this.#add('missing-vpc-ticks', { ...none, metric: ownMetric('TicksRun', `${prefix}-vpc`, Stats.SUM) })
  }

  /**
   * Errors by function, so that the alarm's name says which. Throttles of the whole account, because it is the account
   * that runs out of concurrency, whoever took it.
   */
  #watchFunctions(): void {
    for (const watched of this.#props.functions) {
      const condition = { metric: errorsOf(watched), threshold: 1, minutes: 2, outOf: 5 }
      this.#add('function-errors', condition, `-${watched.node.id}`)
    }
    this.#add('function-throttles', { metric: accountThrottles(), threshold: 1, minutes: 2, outOf: 5 })
  }

  #watchOutbox(): void {
    const { prefix, streamConsumers } = this.#props
    streamConsumers.forEach((consumer, index) => {
      const condition = { metric: lagOf(consumer), threshold: 60_000, minutes: 3 }
      this.#add('stream-lag', condition, index === 0 ? '' : `-${index + 1}`)
    })
    const age = ownMetric('OutboxOldestAge', prefix, Stats.MAXIMUM)
    this.#add('outbox-age', { metric: age, threshold: 120, minutes: 3 })
  }

  #watchDeadLetters(id: AlarmId, queue: Queue): void {
    const metric = queue.metricApproximateNumberOfMessagesVisible({
      period: Duration.minutes(1),
      statistic: Stats.MAXIMUM,
    })
    this.#add(id, { metric, threshold: 1, minutes: 1 })
  }

  #watchApi(): void {
    const { api } = this.#props
    const period = Duration.minutes(1)
    const latency = api.metricLatency({ period, statistic: Stats.percentile(99) })
    this.#add('api-latency', { metric: latency, threshold: 3_000, minutes: 5, outOf: 10 })
    const errors = api.metricServerError({ period, statistic: Stats.SUM })
    this.#add('api-errors', { metric: errors, threshold: 3, minutes: 2, outOf: 5 })
  }

  #watchLimiter(): void {
    const metric = ownMetric('RateLimitDegraded', this.#props.prefix, Stats.SUM)
    this.#add('limiter-degraded', { metric, threshold: 5, minutes: 2, outOf: 5 })
  }

  /** @param part tells several alarms with one meaning apart */
  #add(id: AlarmId, { metric, threshold, minutes, outOf, fallsBelow }: Condition, part = ''): void {
    const { prefix, topic } = this.#props
    const alarm = new Alarm(this, `${id}${part}`, {
      alarmName: `${prefix}-${id}${part}`,
      alarmDescription: `${ALARMS[id]} What to do: docs/runbook.md#${id}`,
      metric,
      threshold,
      evaluationPeriods: outOf ?? minutes,
      datapointsToAlarm: minutes,
      comparisonOperator: fallsBelow
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: fallsBelow ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    })
    alarm.addAlarmAction(new SnsAction(topic))
    alarm.addOkAction(new SnsAction(topic))
  }
}
