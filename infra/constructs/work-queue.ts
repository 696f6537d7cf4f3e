import { Duration } from 'aws-cdk-lib'
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda'
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import type { CapabilityFunction } from './capability-function.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'

/** What Lambda's documentation asks for, so that a message is not delivered again while it is being worked on. */
const VISIBILITY_TIMES_TIMEOUT = 6
const LONGEST_FUNCTION_SECONDS = 60

/** A message that fails so often is put aside. */
const TRIES = 3

/** How many messages are worked on at once, at most: a fan-out never takes all of the account's concurrency. */
const CONCURRENCY = 20

/** A queue within Midwatch, with a dead-letter queue. */
export class WorkQueue extends Construct {
  readonly queue: Queue
  readonly failures: Queue

  constructor(scope: Construct, id: string) {
    super(scope, id)
    this.failures = deadLetterQueue(this, 'Failures')
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(LONGEST_FUNCTION_SECONDS * VISIBILITY_TIMES_TIMEOUT),
      retentionPeriod: Duration.hours(1),
      deadLetterQueue: { queue: this.failures, maxReceiveCount: TRIES },
    })
  }

  /** Feeds the queue's messages to a function; those that fail are delivered again alone. */
  feed({ lambda, spec }: CapabilityFunction): void {
    if (spec.consumer === undefined || spec.timeoutSeconds > LONGEST_FUNCTION_SECONDS)
      throw new Error(`The function ${spec.name} cannot be fed from a queue.`)
    this.queue.grantConsumeMessages(lambda)
    new EventSourceMapping(this, 'Mapping', {
      target: lambda,
      eventSourceArn: this.queue.queueArn,
      batchSize: spec.consumer.batchSize,
      reportBatchItemFailures: true,
      maxConcurrency: CONCURRENCY,
    })
  }
}
