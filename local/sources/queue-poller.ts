import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type Message,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { setTimeout as delay } from 'node:timers/promises'
import type { SQSEvent, SQSRecord } from 'aws-lambda'
import type { Invoke } from '../host/invocation.ts'
import { failedRecords } from './batch-response.ts'

export interface QueuePollerOptions {
  readonly sqs: SQSClient
  readonly queueUrl: string
  readonly queueArn: string
  readonly functionName: string
  readonly batchSize: number
  /** How many batches may be in work at once. */
  readonly concurrency: number
  readonly invoke: Invoke
  readonly onError: (error: unknown) => void
}

/** Something that runs until it is stopped. */
export interface Poller {
  /** Resolves when the batch in work is done. */
  readonly stop: () => Promise<void>
}

const MAX_RECEIVED = 10
const WAIT_SECONDS = 5
const PAUSE_AFTER_ERROR_MS = 1_000

function recordOf(message: Message, queueArn: string): SQSRecord {
  const { Attributes = {} } = message
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: {
      ApproximateReceiveCount: Attributes.ApproximateReceiveCount ?? '1',
      SentTimestamp: Attributes.SentTimestamp ?? '',
      SenderId: Attributes.SenderId ?? '',
      ApproximateFirstReceiveTimestamp: Attributes.ApproximateFirstReceiveTimestamp ?? '',
    },
    messageAttributes: {},
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(':')[3] ?? '',
  }
}

async function receive(options: QueuePollerOptions, signal: AbortSignal): Promise<readonly Message[]> {
  const { sqs, queueUrl, batchSize } = options
  const command = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: Math.min(batchSize, MAX_RECEIVED),
    WaitTimeSeconds: WAIT_SECONDS,
    MessageSystemAttributeNames: ['All'],
  })
  const { Messages = [] } = await sqs.send(command, { abortSignal: signal })
  return Messages
}

/** Deletes what was done. What failed comes back after the queue's visibility timeout, or ends in its dead-letter queue. */
async function deliver(options: QueuePollerOptions, messages: readonly Message[]): Promise<void> {
  const event: SQSEvent = { Records: messages.map((message) => recordOf(message, options.queueArn)) }
  const outcome = await options.invoke(options.functionName, event)
  const failed = failedRecords(
    outcome,
    event.Records.map((record) => record.messageId),
  )
  const done = event.Records.filter((record) => !failed.has(record.messageId))
  if (done.length === 0) return
  const Entries = done.map(({ receiptHandle }, index) => ({
    Id: String(index),
    ReceiptHandle: receiptHandle,
  }))
  await options.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: options.queueUrl, Entries }))
}

async function poll(options: QueuePollerOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const messages = await receive(options, signal)
      if (messages.length > 0) await deliver(options, messages)
    } catch (error) {
      if (signal.aborted) return
      options.onError(error)
      await delay(PAUSE_AFTER_ERROR_MS, undefined, { signal }).catch(() => undefined)
    }
  }
}

/** Feeds a function from an SQS queue, as Lambda's event source mapping does with `ReportBatchItemFailures`. */
export function startQueuePoller(options: QueuePollerOptions): Poller {
  const stopping = new AbortController()
  const loops = Array.from({ length: options.concurrency }, () => poll(options, stopping.signal))
  return {
    stop: async () => {
      stopping.abort()
      await Promise.all(loops)
    },
  }
}
