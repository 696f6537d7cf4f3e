import { startDynamoDb } from '../local/emulators/dynamodb.ts'
import { startMessaging, type RunningMessaging } from '../local/emulators/messaging.ts'
import { BUCKETS, LOCAL_CREDENTIALS, MESSAGING, REGION, TABLE_NAME, topicName } from '../local/stack/names.ts'
import { ensureTable } from '../local/stack/table.ts'
import { PROBE_QUEUE } from '../shared/prober/contract.ts'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SEVERITIES } from '../shared/health/check.ts'

/** The emulators that the benchmarks run against. */
export interface LocalStack {
  readonly dynamodbUrl: string
  readonly messaging: RunningMessaging
  /** What a function's environment holds. */
  readonly environment: Readonly<Record<string, string>>
  readonly stop: () => Promise<void>
}

function environmentOf(dynamodbUrl: string, messaging: RunningMessaging): Record<string, string> {
  const topics = SEVERITIES.map((severity) => [
    `MIDWATCH_TOPIC_${severity.toUpperCase()}`,
    messaging.topicArn(topicName(severity)),
  ])
  return {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: messaging.url,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodbUrl,
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    MIDWATCH_TABLE: TABLE_NAME,
    MIDWATCH_PROBE_QUEUE_URL: messaging.queueUrl(PROBE_QUEUE),
    MIDWATCH_AUDIT_BUCKET: BUCKETS.audit,
    // A busy machine may stop for longer than a decision waits on AWS, and a second request would count.
    MIDWATCH_LIMITER_BUDGET_MS: '5000',
    ...Object.fromEntries(topics),
  }
}

/** Starts DynamoDB with an empty table in memory, and SNS, SQS and S3. */
export async function startLocalStack(): Promise<LocalStack> {
  const dynamodb = await startDynamoDb()
  const messaging = await startMessaging({ region: REGION, ...MESSAGING })
  const environment = environmentOf(dynamodb.url, messaging)
  const credentials = LOCAL_CREDENTIALS
  const client = new DynamoDBClient({ endpoint: dynamodb.url, region: REGION, credentials })
  await ensureTable(client, TABLE_NAME)
  client.destroy()
  const stop = async () => {
    await messaging.stop()
    await dynamodb.stop()
  }
  return { dynamodbUrl: dynamodb.url, messaging, environment, stop }
}
