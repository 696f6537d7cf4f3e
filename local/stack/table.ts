import {
  CreateTableCommand,
  DescribeTableCommand,
  ResourceInUseException,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb'
import { TABLE_SCHEMA } from '../../shared/kernel/table/schema.ts'

const keysOf = ({ partitionKey, sortKey }: { partitionKey: string; sortKey: string }) => [
  { AttributeName: partitionKey, KeyType: 'HASH' as const },
  { AttributeName: sortKey, KeyType: 'RANGE' as const },
]

function createCommand(tableName: string): CreateTableCommand {
  const { indexes } = TABLE_SCHEMA
  const attributes = [TABLE_SCHEMA, ...indexes].flatMap(({ partitionKey, sortKey }) => [
    partitionKey,
    sortKey,
  ])
  return new CreateTableCommand({
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: attributes.map((name) => ({ AttributeName: name, AttributeType: 'S' as const })),
    KeySchema: keysOf(TABLE_SCHEMA),
    GlobalSecondaryIndexes: indexes.map((index) => ({
      IndexName: index.name,
      KeySchema: keysOf(index),
      Projection: { ProjectionType: 'ALL' as const },
    })),
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  })
}

/**
 * Creates the table with its indexes and its stream, unless it is there.
 * @returns the stream's ARN
 */
export async function ensureTable(client: DynamoDBClient, tableName: string): Promise<string> {
  try {
    await client.send(createCommand(tableName))
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error
  }
  const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }))
  if (Table?.LatestStreamArn === undefined) throw new Error(`The table ${tableName} has no stream.`)
  return Table.LatestStreamArn
}
