import { Duration } from 'aws-cdk-lib'
import { Dashboard, GraphWidget, type IMetric, Stats, TextWidget } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import { durationOf, errorsOf, lagOf, ownMetric, throttlesOf } from '../metrics.ts'
import type { Watched } from './alarms.ts'

interface OverviewProps extends Watched {
  readonly prefix: string
}

const HALF_WIDTH = 12

const graph = (title: string, left: readonly IMetric[], right: readonly IMetric[] = []): GraphWidget =>
  new GraphWidget({ title, left: [...left], right: [...right], width: HALF_WIDTH, height: 6 })

/** One page about Midwatch itself: does it watch, does it tell, does it answer. */
export class Overview extends Construct {
  constructor(scope: Construct, id: string, props: OverviewProps) {
    super(scope, id)
    const { prefix, functions, deadLetters } = props
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: prefix,
      defaultInterval: Duration.hours(3),
    })
    const text = new TextWidget({
      markdown: `# ${prefix}\nWhat each alarm means and what to do: docs/runbook.md`,
      width: 2 * HALF_WIDTH,
      height: 2,
    })
    dashboard.addWidgets(text)
    dashboard.addWidgets(checksGraph(props), outboxGraph(props))
    dashboard.addWidgets(requestsGraph(props), latencyGraph(props), limitsGraph(props))
    dashboard.addWidgets(
      graph('Function errors and throttles', functions.map(errorsOf), functions.map(throttlesOf)),
      graph('Function duration, p99', functions.map(durationOf)),
    )
    dashboard.addWidgets(
      graph(
        'Dead letters',
        deadLetters.map(([, queue]) =>
          queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }),
        ),
      ),
      graph('Watched changes taken back', [ownMetric('ChangesReverted', prefix, Stats.SUM)]),
    )
  }
}

function checksGraph({ prefix, hasVpcProber }: OverviewProps): GraphWidget {
  const services = hasVpcProber ? [prefix, `${prefix}-vpc`] : [prefix]
  return graph(
    'Checks',
    services.flatMap((service) => [
      ownMetric('ChecksRun', service, Stats.SUM),
      ownMetric('ChecksFailed', service, Stats.SUM),
      ownMetric('ChecksInconclusive', service, Stats.SUM),
    ]),
    services.map((service) => ownMetric('TickDuration', service, Stats.MAXIMUM)),
  )
}

const outboxGraph = ({ prefix, streamConsumers }: OverviewProps): GraphWidget =>
  graph(
    'Notifications',
    [ownMetric('AlertsPublished', prefix, Stats.SUM), ownMetric('OutboxSwept', prefix, Stats.SUM)],
    [ownMetric('OutboxOldestAge', prefix, Stats.MAXIMUM), ...streamConsumers.map(lagOf)],
  )

const limitsGraph = ({ prefix }: OverviewProps): GraphWidget =>
  graph(
    'Rate limits',
    [ownMetric('RateLimitDenied', prefix, Stats.SUM), ownMetric('RateLimitShadowDenied', prefix, Stats.SUM)],
    [
      ownMetric('RateLimitDegraded', prefix, Stats.SUM),
      ownMetric('ViolationWritesFailed', prefix, Stats.SUM),
      ownMetric('CallersBlocked', prefix, Stats.SUM),
    ],
  )

function requestsGraph({ api, prefix }: OverviewProps): GraphWidget {
  const period = Duration.minutes(1)
  return graph(
    'Requests',
    [api.metricCount({ period })],
    [
      api.metricClientError({ period }),
      api.metricServerError({ period }),
      ownMetric('UnhandledErrors', prefix, Stats.SUM),
    ],
  )
}

const latencyGraph = ({ api }: OverviewProps): GraphWidget =>
  graph(
    'Latency',
    [50, 95, 99].map((percentile) =>
      api.metricLatency({ period: Duration.minutes(1), statistic: Stats.percentile(percentile) }),
    ),
  )
