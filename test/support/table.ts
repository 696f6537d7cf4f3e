import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll } from 'vitest'
import { startDynamoDb, type RunningDynamoDb } from '../../local/emulators/dynamodb.ts'
import { startFaultProxy, type FaultProxy } from '../../local/fault-proxy.ts'
import { ensureTable } from '../../local/stack/table.ts'
import type { Effects } from '../../shared/kernel/effects.ts'
import { ENTITIES } from '../../shared/kernel/grants.ts'
import { makeDocumentClient, openTable, type Table } from '../../shared/kernel/table/table.ts'

/** The real table on a real emulator, reached through a fault proxy by the client that functions use. */
export interface TestTable {
  readonly table: Table
  readonly client: DynamoDBDocumentClient
  /** The same table through a client of its own: one that has seen many failures soon stops to retry. */
  readonly reopened: () => Table
  readonly faults: FaultProxy
  /**
   * How many items there are; what the pipeline writes of any request aside: slow requests, which there may be on a busy
   * machine, counters of rate limits, violations, and how often flags were evaluated.
   */
  readonly itemCount: () => Promise<number>
}

export const TEST_TABLE = 'midwatch-test'

interface Started extends TestTable {
  readonly stop: () => Promise<void>
}

/** `AWS_ENDPOINT_URL_DYNAMODB` and the like, as the functions find them. */
function useEnvironment(endpoint: string): void {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test-key-id',
    AWS_SECRET_ACCESS_KEY: 'test-secret-key',
    MIDWATCH_TABLE: TEST_TABLE,
    // A busy machine may stop for longer than a decision waits on AWS, and degraded decisions are not exact.
    MIDWATCH_LIMITER_BUDGET_MS: '5000',
  })
}

async function start(effects: Effects): Promise<Started> {
  const emulator: RunningDynamoDb = await startDynamoDb()
  const faults = await startFaultProxy({ target: { host: '127.0.0.1', port: emulator.port }, mode: 'http' })
  useEnvironment(faults.url)
  const direct = new DynamoDBClient({ endpoint: emulator.url })
  await ensureTable(direct, TEST_TABLE)
  const client = makeDocumentClient()
  const clients = [client]
  const reopened = () => {
    const another = makeDocumentClient()
    clients.push(another)
    return openTable(another, TEST_TABLE, effects)
  }
  const itemCount = async () => {
    const { Count } = await direct.send(
      new ScanCommand({
        TableName: TEST_TABLE,
        Select: 'COUNT',
        FilterExpression:
          'NOT begins_with(pk, :slow) AND NOT begins_with(pk, :counter) AND NOT begins_with(pk, :denial) AND NOT begins_with(pk, :evaluations)',
        ExpressionAttributeValues: {
          ':slow': { S: ENTITIES['slow-request'] },
          ':counter': { S: ENTITIES['rate-limit'] },
          ':denial': { S: ENTITIES.violation },
          ':evaluations': { S: ENTITIES['flag-stats'] },
        },
      }),
    )
    return Count ?? 0
  }
  const stop = async () => {
    for (const each of clients) each.destroy()
    direct.destroy()
    await faults.stop()
    await emulator.stop()
  }
  return { table: openTable(client, TEST_TABLE, effects), client, reopened, faults, itemCount, stop }
}

/**
 * One emulator for the test file; tests keep apart by using keys of their own.
 * @param effects what the table waits by
 * @returns the table, once `beforeAll` has run
 */
export function testTable(effects: Effects): () => TestTable {
  let started: Started | undefined
  beforeAll(async () => {
    started = await start(effects)
  }, 30_000)
  afterAll(() => started?.stop())
  return () => {
    if (started === undefined) throw new Error('The table is there once beforeAll has run.')
    return started
  }
}
