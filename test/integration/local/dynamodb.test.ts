import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type CreateTableCommandInput,
  type TransactWriteItem,
} from '@aws-sdk/client-dynamodb'
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startDynamoDb } from '../../../local/emulators/dynamodb.ts'
import { close, listen } from '../../../local/emulators/running.ts'
import { clientOptions, during, isAlive, temporaryDirectory, until } from './support.ts'

const table: CreateTableCommandInput = {
  TableName: 'midwatch',
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
}
const Key = { pk: { S: 'CONFIG#a' }, sk: { S: 'CURRENT' } }
const none = { env: {} }

function open(url: string): DynamoDBClient {
  return new DynamoDBClient(clientOptions(url))
}

async function withTable(): Promise<{ db: DynamoDBClient; url: string; streamArn: string }> {
  const { url } = await during(startDynamoDb(none))
  const db = open(url)
  const { TableDescription } = await db.send(new CreateTableCommand(table))
  return { db, url, streamArn: TableDescription?.LatestStreamArn ?? '' }
}

function addOne(): TransactWriteItem {
  const ExpressionAttributeValues = { ':one': { N: '1' } }
  return { Update: { TableName: 'midwatch', Key, UpdateExpression: 'ADD n :one', ExpressionAttributeValues } }
}

test('a write that was acknowledged survives a kill -9 of the emulator, and the end is reported', async () => {
  const dataFile = join(await temporaryDirectory(), 'tables', 'dynamodb.sqlite')
  const first = await during(startDynamoDb({ ...none, dataFile }))
  const db = open(first.url)
  await db.send(new CreateTableCommand(table))
  await db.send(new PutItemCommand({ TableName: 'midwatch', Item: { ...Key, n: { N: '7' } } }))
  process.kill(first.pid ?? 0, 'SIGKILL')
  expect((await first.exited)?.message).toContain('The DynamoDB emulator ended (status 137)')
  const second = await during(startDynamoDb({ ...none, dataFile }))
  const { Item } = await open(second.url).send(new GetItemCommand({ TableName: 'midwatch', Key }))
  expect(Item).toEqual({ ...Key, n: { N: '7' } })
})

test('stopping ends the process and reports no error', async () => {
  const running = await startDynamoDb(none)
  await Promise.all([running.stop(), running.stop()])
  expect(await running.exited).toBeUndefined()
  await until('the emulator is gone', () => !isAlive(running.pid ?? 0))
})

test('the emulator ends when its parent is killed with SIGKILL', async () => {
  const module = fileURLToPath(new URL('../../../local/emulators/dynamodb.ts', import.meta.url))
  const script = `const { startDynamoDb } = await import(${JSON.stringify(module)})
    console.log((await startDynamoDb()).pid); setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output] = await once(parent.stdout, 'data')
  const pid = Number(String(output))
  expect(isAlive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await until('the emulator is gone', () => !isAlive(pid))
})

test('a transaction repeated with its token takes effect once', async () => {
  const { db } = await withTable()
  const write = { TransactItems: [addOne()], ClientRequestToken: 'write-1' }
  await db.send(new TransactWriteItemsCommand(write))
  await db.send(new TransactWriteItemsCommand(write))
  const { Item } = await db.send(new GetItemCommand({ TableName: 'midwatch', Key }))
  expect(Item?.n).toEqual({ N: '1' })
})

test('a cancelled transaction hands back the item that stood in its way', async () => {
  const { db } = await withTable()
  await db.send(new PutItemCommand({ TableName: 'midwatch', Item: { ...Key, lastWriteId: { S: 'mine' } } }))
  const Put = {
    TableName: 'midwatch',
    Item: Key,
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  } as const
  const failed = await db
    .send(new TransactWriteItemsCommand({ TransactItems: [{ Put }] }))
    .catch((error) => error)
  expect(failed).toBeInstanceOf(TransactionCanceledException)
  expect(failed.CancellationReasons[0].Item.lastWriteId).toEqual({ S: 'mine' })
})

test('consumed capacity is reported as AWS charges it', async () => {
  const { db } = await withTable()
  const write = new TransactWriteItemsCommand({ TransactItems: [addOne()], ReturnConsumedCapacity: 'TOTAL' })
  const { ConsumedCapacity } = await db.send(write)
  expect(ConsumedCapacity?.[0]?.CapacityUnits).toBe(2)
})

test('the stream delivers each change in order, with the old and the new image', async () => {
  const { db, url, streamArn } = await withTable()
  for (const n of ['1', '2']) {
    await db.send(new PutItemCommand({ TableName: 'midwatch', Item: { ...Key, n: { N: n } } }))
  }
  const streams = new DynamoDBStreamsClient(clientOptions(url))
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn: streamArn }))
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId
  const position = { StreamArn: streamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const
  const { ShardIterator } = await streams.send(new GetShardIteratorCommand(position))
  const { Records } = await streams.send(new GetRecordsCommand({ ShardIterator }))
  const images = Records?.map(({ dynamodb }) => [dynamodb?.OldImage?.n?.N, dynamodb?.NewImage?.n?.N])
  expect(images).toEqual([
    [undefined, '1'],
    ['1', '2'],
  ])
})

test('DYNAMODB_ENDPOINT is used instead of spawning anything', async () => {
  const { url } = await during(startDynamoDb(none))
  const borrowed = await startDynamoDb({ env: { DYNAMODB_ENDPOINT: `${url}/` } })
  expect({ url: borrowed.url, pid: borrowed.pid }).toEqual({ url, pid: undefined })
  await borrowed.stop()
  expect((await open(url).send(new ListTablesCommand({}))).TableNames).toEqual([])
})

test('a port in use and a missing binary are each said in one sentence', async () => {
  const occupant = createServer()
  const port = await listen(occupant)
  await expect(startDynamoDb({ ...none, port })).rejects.toThrow(`Port ${port} is already in use.`)
  await close(occupant)
  await expect(startDynamoDb({ env: { DYNAMODB_BIN: '/nowhere/dynoxide' } })).rejects.toThrow(
    /The DynamoDB emulator ended \(status 127\): .*\/nowhere\/dynoxide/,
  )
})

test('a data file that is not a database is said so', async () => {
  const directory = await temporaryDirectory()
  await expect(startDynamoDb({ ...none, dataFile: directory })).rejects.toThrow('The DynamoDB emulator ended')
})
