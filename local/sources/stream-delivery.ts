import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams'
import { setTimeout as delay } from 'node:timers/promises'
import type { Invoke } from '../host/invocation.ts'
import { failedRecords } from './batch-response.ts'

/** How a stream feeds one function. */
export interface StreamTarget {
  readonly functionName: string
  /** Only inserted items whose partition key starts with this are delivered. */
  readonly keyPrefix: string
  readonly batchSize: number
  /** How often a batch is tried again before it is given up. */
  readonly retries: number
  /** @param attempt 1 for the first retry */
  readonly retryDelayMs: (attempt: number) => number
  readonly invoke: Invoke
  /** Told of records that were given up; in AWS they go to the on-failure queue. */
  readonly onGivenUp: (records: readonly StreamRecord[]) => void
}

export const sequenceOf = (record: StreamRecord): string => record.dynamodb?.SequenceNumber ?? ''

/** The filter of the event source mapping: `{ eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ prefix }] } } } }`. */
export const isWanted = ({ eventName, dynamodb }: StreamRecord, keyPrefix: string): boolean =>
  eventName === 'INSERT' && (dynamodb?.Keys?.pk?.S?.startsWith(keyPrefix) ?? false)

/** The record as Lambda delivers it: moments are seconds since the epoch. */
function eventRecord(record: StreamRecord, streamArn: string): unknown {
  const created = record.dynamodb?.ApproximateCreationDateTime
  return {
    ...record,
    eventSourceARN: streamArn,
    dynamodb: {
      ...record.dynamodb,
      ...(created === undefined ? {} : { ApproximateCreationDateTime: Math.trunc(created.getTime() / 1000) }),
    },
  }
}

/** The records from the first failed one on; order within a shard is kept by delivering those after it again too. */
async function undelivered(
  target: StreamTarget,
  streamArn: string,
  batch: readonly StreamRecord[],
): Promise<readonly StreamRecord[]> {
  const event = { Records: batch.map((record) => eventRecord(record, streamArn)) }
  const failed = failedRecords(await target.invoke(target.functionName, event), batch.map(sequenceOf))
  const first = batch.findIndex((record) => failed.has(sequenceOf(record)))
  return first === -1 ? [] : batch.slice(first)
}

/**
 * Delivers one batch, as Lambda's event source mapping does with `ReportBatchItemFailures`: after a partial failure it
 * goes on from the lowest failed record, and a batch that makes no progress is retried a bounded number of times.
 * @param onProgress called with the last record that is dealt with, each time there is one
 * @returns when every record was delivered or given up, or when the signal has aborted
 */
export async function deliverBatch(
  target: StreamTarget,
  streamArn: string,
  batch: readonly StreamRecord[],
  onProgress: (record: StreamRecord) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let rest = batch
  let attempt = 0
  while (rest.length > 0 && !signal.aborted) {
    const left = await undelivered(target, streamArn, rest)
    attempt = left.length < rest.length ? 0 : attempt + 1
    const lastDone = rest[rest.length - left.length - 1]
    if (lastDone !== undefined) await onProgress(lastDone)
    rest = left
    if (attempt > target.retries) {
      target.onGivenUp(rest)
      const last = rest.at(-1)
      if (last !== undefined) await onProgress(last)
      return
    }
    if (rest.length > 0) {
      await delay(target.retryDelayMs(Math.max(1, attempt)), undefined, { signal }).catch(() => undefined)
    }
  }
}
