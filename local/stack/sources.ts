import type { DynamoDBStreamsClient, _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams'
import type { SQSClient } from '@aws-sdk/client-sqs'
import { ENTITIES } from '../../shared/kernel/grants.ts'
import type { FunctionSpec } from '../../shared/manifest.ts'
import type { RunningMessaging } from '../emulators/messaging.ts'
import type { Invoke } from '../host/invocation.ts'
import { MAX_CONTAINERS } from '../host/pool.ts'
import { openCheckpoints } from '../sources/checkpoints.ts'
import { startQueuePoller, type Poller } from '../sources/queue-poller.ts'
import { sequenceOf } from '../sources/stream-delivery.ts'
import { startStreamPoller } from '../sources/stream-poller.ts'
import type { DataDir } from './data-dir.ts'

/** Told of something that went wrong in a part of the local runtime. */
export type Report = (part: string, problem: unknown) => void

interface StreamSource {
  readonly streams: DynamoDBStreamsClient
  readonly streamArn: string
  readonly dataDir: DataDir
  readonly invoke: Invoke
  readonly report: Report
}

interface QueueSource {
  readonly sqs: SQSClient
  readonly messaging: RunningMessaging
  readonly invoke: Invoke
  readonly report: Report
}

/** As often as the deployed event source mapping tries. */
const STREAM_RETRIES = 5
const MAX_RETRY_DELAY_MS = 5_000

const retryDelayMs = (attempt: number): number => Math.min(100 * 2 ** attempt, MAX_RETRY_DELAY_MS)

/** Feeds a function from the table's stream; does nothing when it is no consumer of it. */
async function startStream({ name, consumer }: FunctionSpec, source: StreamSource): Promise<Poller[]> {
  if (consumer === undefined || !('stream' in consumer.source)) return []
  const { streams, streamArn, dataDir, invoke, report } = source
  const checkpoints = await openCheckpoints(dataDir.file(`stream-${name}.json`), streamArn)
  const target = {
    functionName: name,
    keyPrefix: ENTITIES[consumer.source.stream],
    batchSize: consumer.batchSize,
    retries: STREAM_RETRIES,
    retryDelayMs,
    invoke,
    onGivenUp: (records: readonly StreamRecord[]) =>
      report(name, `gave up on the stream records ${records.map(sequenceOf).join(', ')}`),
  }
  const onError = (error: unknown) => report(`${name} stream`, error)
  return [startStreamPoller({ streams, streamArn, target, checkpoints, onError })]
}

/** Feeds every function that consumes the table's stream. */
export async function startStreams(
  functions: readonly FunctionSpec[],
  source: StreamSource,
): Promise<Poller[]> {
  const pollers = await Promise.all(functions.map((spec) => startStream(spec, source)))
  return pollers.flat()
}

/** Feeds every function that consumes a queue. */
export function startQueues(functions: readonly FunctionSpec[], source: QueueSource): Poller[] {
  const { sqs, messaging, invoke, report } = source
  return functions.flatMap(({ name, consumer }) => {
    if (consumer === undefined || !('queue' in consumer.source)) return []
    const { queue } = consumer.source
    const poller = startQueuePoller({
      sqs,
      queueUrl: messaging.queueUrl(queue),
      queueArn: messaging.queueArn(queue),
      functionName: name,
      batchSize: consumer.batchSize,
      concurrency: MAX_CONTAINERS,
      invoke,
      onError: (error) => report(`${name} queue`, error),
    })
    return [poller]
  })
}
