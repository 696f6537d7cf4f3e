import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { startDynamoDb } from '../../local/emulators/dynamodb.ts'
import { LOCAL_CREDENTIALS, REGION, TABLE_NAME } from '../../local/stack/names.ts'
import { startSlowStore, type SlowStore } from './slow-store.ts'
import { PEER_TABLE } from './subjects.ts'
import { startWorker, type Worker } from './workers.ts'

/** Each call to AWS takes about this long. */
export const LATENCY_MS = 5

/** One emulator with both tables, and the way to it. */
export interface Stage {
  readonly store: SlowStore
  /** Where the emulator itself listens. */
  readonly dynamodbUrl: string
  readonly worker: () => Worker
  readonly stop: () => Promise<void>
}

const CREDENTIALS = {
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
}

const schemaOf = (keys: readonly string[]) => ({
  AttributeDefinitions: keys.map((name) => ({ AttributeName: name, AttributeType: 'S' as const })),
  KeySchema: keys.map((name, index) => ({
    AttributeName: name,
    KeyType: index === 0 ? ('HASH' as const) : ('RANGE' as const),
  })),
})

/**
 * Neither table has a stream: DynamoDB writes it behind the answer, but the emulator before it, and slower the longer the
 * stream is.
 */
const createTable = (TableName: string, keys: readonly string[]) =>
  new CreateTableCommand({ TableName, BillingMode: 'PAY_PER_REQUEST', ...schemaOf(keys) })

/** Starts the emulator with empty tables in memory, and the slow way to it. */
export async function setStage(): Promise<Stage> {
  const dynamodb = await startDynamoDb()
  const credentials = LOCAL_CREDENTIALS
  const client = new DynamoDBClient({ endpoint: dynamodb.url, region: REGION, credentials })
  await client.send(createTable(TABLE_NAME, ['pk', 'sk']))
  await client.send(createTable(PEER_TABLE, ['key']))
  client.destroy()
  const store = await startSlowStore(dynamodb.url, LATENCY_MS)
  const workers: Worker[] = []
  return {
    store,
    dynamodbUrl: dynamodb.url,
    worker: () => {
      const worker = startWorker({ ...CREDENTIALS, AWS_ENDPOINT_URL_DYNAMODB: store.url })
      workers.push(worker)
      return worker
    },
    stop: async () => {
      await Promise.all(workers.map((worker) => worker.stop()))
      await store.stop()
      await dynamodb.stop()
    },
  }
}
