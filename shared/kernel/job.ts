import middy from '@middy/core'
import type { DynamoDBBatchResponse, DynamoDBStreamEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { systemEffects } from './effects.ts'
import { errorFields, log } from './log.ts'
import { count, flushMetrics } from './metrics.ts'
import { once } from './once.ts'
import type { ScheduleEvent } from './route.ts'

/** Logs what went wrong and writes the invocation's metrics, whatever the outcome. */
const reporting = (name: string): middy.MiddlewareObj => ({
  after: () => flushMetrics(),
  onError: ({ error }) => {
    log.error('job failed', { job: name, ...errorFields(error) })
    count('UnhandledErrors')
    flushMetrics()
  },
})

/**
 * The Lambda handler of a schedule. What `run` throws reaches Lambda, which retries and then moves the event to the
 * dead-letter queue; the retry carries the same `scheduledAt`.
 */
export function scheduled<Deps>(
  name: string,
  run: (event: ScheduleEvent, deps: Deps) => Promise<void>,
  makeDeps: () => Promise<Deps>,
): middy.MiddyfiedHandler<ScheduleEvent, void> {
  const deps = once(makeDeps)
  return middy<ScheduleEvent, void>(async (event: ScheduleEvent) =>
    run({ ...event, scheduledAt: dueAt(event) }, await deps()),
  ).use(reporting(name))
}

const MINUTE_MS = 60_000

/** When an invocation was due. One made by hand says no moment: it counts for the minute in which it is made. */
function dueAt({ scheduledAt }: Partial<ScheduleEvent>): string {
  if (scheduledAt !== undefined && !Number.isNaN(Date.parse(scheduledAt))) return scheduledAt
  return new Date(Math.floor(systemEffects.now() / MINUTE_MS) * MINUTE_MS).toISOString()
}

/** Runs every record and names those that failed, so that only these are delivered again. */
async function runBatch<Entry>(
  name: string,
  entries: readonly { readonly id: string; readonly value: Entry }[],
  run: (value: Entry) => Promise<void>,
): Promise<{ batchItemFailures: { itemIdentifier: string }[] }> {
  const settled = await Promise.allSettled(entries.map((entry) => run(entry.value)))
  const failed = settled.flatMap((result, index) => {
    if (result.status === 'fulfilled') return []
    log.error('record failed', { job: name, ...errorFields(result.reason) })
    return [{ itemIdentifier: entries[index]?.id ?? '' }]
  })
  return { batchItemFailures: failed }
}

/** Items come from the table's own stream, where their store wrote them: the one place where their type is asserted. */
const trusted = <Row>(item: unknown): Row => item as Row

/** The Lambda handler of a stream consumer: `run` is called with each inserted row. */
export function streamConsumer<Row, Deps>(
  name: string,
  run: (row: Row, deps: Deps) => Promise<void>,
  makeDeps: () => Promise<Deps>,
): middy.MiddyfiedHandler<DynamoDBStreamEvent, DynamoDBBatchResponse> {
  const deps = once(makeDeps)
  return middy<DynamoDBStreamEvent, DynamoDBBatchResponse>(async (event: DynamoDBStreamEvent) => {
    const ready = await deps()
    const entries = event.Records.flatMap(({ eventName, dynamodb }) =>
      eventName === 'INSERT' && dynamodb?.NewImage !== undefined
        ? [{ id: dynamodb.SequenceNumber ?? '', value: trusted<Row>(unmarshall(imageOf(dynamodb.NewImage))) }]
        : [],
    )
    return runBatch(name, entries, (row) => run(row, ready))
  }).use(reporting(name))
}

/** The event's attribute values have the SDK's shape under another type name. */
const imageOf = (image: unknown) => image as Parameters<typeof unmarshall>[0]

/** The Lambda handler of a queue consumer: `run` is called with each message's body, parsed as JSON. */
export function queueConsumer<Deps>(
  name: string,
  run: (body: unknown, deps: Deps) => Promise<void>,
  makeDeps: () => Promise<Deps>,
): middy.MiddyfiedHandler<SQSEvent, SQSBatchResponse> {
  const deps = once(makeDeps)
  return middy<SQSEvent, SQSBatchResponse>(async (event: SQSEvent) => {
    const ready = await deps()
    const entries = event.Records.map((record) => ({ id: record.messageId, value: record.body }))
    return runBatch(name, entries, async (body) => run(JSON.parse(body), ready))
  }).use(reporting(name))
}
