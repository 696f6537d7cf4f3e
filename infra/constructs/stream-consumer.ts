import { Duration } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda'
import { SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { Construct } from 'constructs'
import { ENTITIES, type Entity } from '../../shared/kernel/grants.ts'
import type { Consumer } from '../../shared/kernel/route.ts'
import { TABLE_SCHEMA } from '../../shared/kernel/table/schema.ts'
import type { CapabilityFunction } from './capability-function.ts'
import { deadLetterQueue } from './dead-letter-queue.ts'

/** A record that fails so often is given up; the sweep publishes its row later, from the table. */
const RETRIES = 5

const READ_STREAM = [
  'dynamodb:DescribeStream',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
]

interface StreamConsumerProps {
  readonly consumer: CapabilityFunction
  readonly streamArn: string
  readonly declared: Consumer
  readonly entity: Entity
}

/** Feeds inserted rows of one entity to a function. The filter is Lambda's own, so other rows cost no invocation. */
export class StreamConsumer extends Construct {
  readonly consumer: CapabilityFunction
  readonly failures: Queue

  constructor(scope: Construct, id: string, { consumer, declared, streamArn, entity }: StreamConsumerProps) {
    super(scope, id)
    this.consumer = consumer
    this.failures = deadLetterQueue(this, 'Failures')
    consumer.lambda.addToRolePolicy(new PolicyStatement({ actions: READ_STREAM, resources: [streamArn] }))
    const prefix = FilterRule.beginsWith(ENTITIES[entity])
    new EventSourceMapping(this, 'Mapping', {
      target: consumer.lambda,
      eventSourceArn: streamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: declared.batchSize,
      filters: [
        FilterCriteria.filter({
          eventName: FilterRule.isEqual('INSERT'),
          dynamodb: { Keys: { [TABLE_SCHEMA.partitionKey]: { S: prefix } } },
        }),
      ],
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      retryAttempts: RETRIES,
      maxRecordAge: Duration.hours(1),
      onFailure: new SqsDlq(this.failures),
    })
  }
}
