import type { Datapoint } from '@aws-sdk/client-cloudwatch'
import type { ProbeServices } from '../../probe.ts'

/** Metrics of SQS come each minute, a little late; an age from before this is no longer news. */
const LOOK_BACK_MS = 10 * 60_000

function latestMaximum(datapoints: readonly Datapoint[]): number | undefined {
  const newestFirst = datapoints.toSorted(
    (a, b) => (b.Timestamp?.getTime() ?? 0) - (a.Timestamp?.getTime() ?? 0),
  )
  return newestFirst[0]?.Maximum
}

/**
 * How long the oldest message of a queue has waited. SQS itself does not tell; its CloudWatch metric
 * ApproximateAgeOfOldestMessage does. The client is loaded only here, because most checks set no limit on age.
 * @param queueUrl the queue; the metric's name for it is the URL's last segment
 * @returns seconds; undefined for a queue without recent metrics, which nobody has used for hours
 */
export async function oldestMessageAgeSeconds(
  services: ProbeServices,
  queueUrl: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { CloudWatchClient, GetMetricStatisticsCommand } = await import('@aws-sdk/client-cloudwatch')
  const { region, sqs, effects } = services
  const client = new CloudWatchClient({ region, credentials: sqs.config.credentials, maxAttempts: 1 })
  const nowMs = effects.now()
  const command = new GetMetricStatisticsCommand({
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateAgeOfOldestMessage',
    Dimensions: [{ Name: 'QueueName', Value: queueUrl.slice(queueUrl.lastIndexOf('/') + 1) }],
    StartTime: new Date(nowMs - LOOK_BACK_MS),
    EndTime: new Date(nowMs),
    Period: 60,
    Statistics: ['Maximum'],
  })
  try {
    const { Datapoints: datapoints = [] } = await client.send(command, { abortSignal: signal })
    return latestMaximum(datapoints)
  } finally {
    client.destroy()
  }
}
