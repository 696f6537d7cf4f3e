import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { createServer, connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { afterEach, expect, test } from 'vitest'
import { startDynamoDb } from '../../../local/emulators/dynamodb.ts'
import { startMessaging } from '../../../local/emulators/messaging.ts'
import { listen, LOOPBACK } from '../../../local/emulators/running.ts'
import { startFaultProxy } from '../../../local/fault-proxy.ts'
import type { FaultSettings } from '../../../local/faults/faults.ts'
import { clientOptions, during, REGION, until } from './support.ts'

const database = await during(startDynamoDb({ env: {} }))
const waits: number[] = []
let chance = 0
const effects = {
  random: () => chance,
  wait: async (ms: number) => {
    waits.push(ms)
  },
}
const target = (port: number) => ({ target: { host: LOOPBACK, port }, effects })
const proxy = await during(startFaultProxy({ ...target(database.port), mode: 'http' }))
const direct = new DynamoDBClient(clientOptions(database.url))
const db = new DynamoDBClient(clientOptions(proxy.url))
await direct.send(
  new CreateTableCommand({
    TableName: 'midwatch',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  }),
)

afterEach(async () => {
  chance = 0
  waits.length = 0
  await proxy.clear()
})

const put = (pk: string, options = {}) =>
  db.send(new PutItemCommand({ TableName: 'midwatch', Item: { pk: { S: pk } } }), options)
const list = () => db.send(new ListTablesCommand({}))

async function committed(pk: string): Promise<boolean> {
  const Key = { pk: { S: pk } }
  const read = new GetItemCommand({ TableName: 'midwatch', Key, ConsistentRead: true })
  return (await direct.send(read)).Item !== undefined
}

test('without faults everything passes, large bodies too', async () => {
  const messaging = await during(startMessaging({ region: REGION, buckets: ['files'] }))
  const between = await during(startFaultProxy({ ...target(messaging.port), mode: 'http' }))
  const s3 = new S3Client({ ...clientOptions(between.url), forcePathStyle: true })
  const Body = Buffer.alloc(5_000_000, 'x')
  await s3.send(new PutObjectCommand({ Bucket: 'files', Key: 'a/b c.bin', Body }))
  const read = await s3.send(new GetObjectCommand({ Bucket: 'files', Key: 'a/b c.bin' }))
  expect(Buffer.from((await read.Body?.transformToByteArray()) ?? []).equals(Body)).toBe(true)
  expect(between.counters).toMatchObject({ dropped: 0, answered: 0 })
})

test('dropAfterCommit: a write whose reply was dropped is committed all the same', async () => {
  await proxy.set({ dropAfterCommit: true, only: 'PutItem' })
  await expect(put('committed')).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(await committed('committed')).toBe(true)
})

test('dropBefore: nothing is written', async () => {
  await proxy.set({ dropBefore: true })
  await expect(put('never sent')).rejects.toMatchObject({ code: 'ECONNRESET' })
  expect(await committed('never sent')).toBe(false)
})

test('down: connections are refused, open ones are cut, and clear brings the same port back', async () => {
  await list()
  const open = connect(proxy.port, LOOPBACK)
  await once(open, 'connect')
  const cut = once(open, 'close')
  await proxy.set({ down: true })
  await cut
  await expect(list()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await proxy.clear()
  expect((await list()).TableNames).toEqual(['midwatch'])
})

test('latencyMs: the wait comes before the request is passed on', async () => {
  await proxy.set({ latencyMs: 900 })
  await list()
  expect(waits).toEqual([900])
})

test('failPercent: as many fail as chance has it', async () => {
  await proxy.set({ failPercent: 30 })
  chance = 0.29
  await expect(list()).rejects.toMatchObject({ code: 'ECONNRESET' })
  chance = 0.3
  expect((await list()).TableNames).toEqual(['midwatch'])
})

test('blackhole: the request is accepted and never answered, and is cut once the fault is gone', async () => {
  await proxy.set({ blackhole: true })
  const before = proxy.counters.blackholed
  const hanging = list().catch((error: unknown) => error)
  await until('the request is swallowed', () => proxy.counters.blackholed > before)
  await proxy.clear()
  expect(await hanging).toBeInstanceOf(Error)
  expect((await list()).TableNames).toEqual(['midwatch'])
})

test('status: AWS’s error in the protocol of the service', async () => {
  await proxy.set({ status: 500 })
  await expect(put('500')).rejects.toMatchObject({ name: 'InternalServerError' })
  await proxy.set({ status: 503 })
  await expect(put('503')).rejects.toMatchObject({ name: 'ServiceUnavailable' })
  const s3 = new S3Client({ ...clientOptions(proxy.url), forcePathStyle: true })
  const missing = s3.send(new GetObjectCommand({ Bucket: 'files', Key: 'a' }))
  await expect(missing).rejects.toMatchObject({ name: 'ServiceUnavailable' })
  const sns = new SNSClient(clientOptions(proxy.url))
  const publish = sns.send(
    new PublishCommand({ TopicArn: 'arn:aws:sns:eu-west-1:000000000000:a', Message: 'a' }),
  )
  await expect(publish).rejects.toMatchObject({ name: 'ServiceUnavailable' })
})

test('throttle: DynamoDB’s own exception, which the SDK retries', async () => {
  await proxy.set({ throttle: true })
  await expect(put('throttled')).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' })
  await proxy.set({ throttle: true, times: 1 })
  const retrying = new DynamoDBClient({ ...clientOptions(proxy.url), maxAttempts: 3 })
  const { $metadata } = await retrying.send(new ListTablesCommand({}))
  expect($metadata.attempts).toBe(2)
})

test('only, times and percent choose whom it happens to', async () => {
  await proxy.set({ dropBefore: true, only: 'PutItem', times: 1 })
  await list()
  await expect(put('first')).rejects.toMatchObject({ code: 'ECONNRESET' })
  await put('second')
  expect([await committed('first'), await committed('second')]).toEqual([false, true])
  await proxy.set({ dropBefore: true, percent: 50 })
  chance = 0.5
  await put('spared')
  chance = 0.49
  await expect(put('unlucky')).rejects.toMatchObject({ code: 'ECONNRESET' })
})

test('the counters tell what happened', async () => {
  const before = { ...proxy.counters }
  await proxy.set({ status: 500, only: 'PutItem' })
  await list()
  await put('counted').catch(() => {})
  const after = proxy.counters
  expect([after.requests - before.requests, after.answered - before.answered]).toEqual([2, 1])
})

test('faults that make no sense are refused and change nothing', async () => {
  await proxy.set({ latencyMs: 5 })
  const wrong: unknown = { latencyMs: -1, unheardOf: true }
  await expect(proxy.set(wrong as FaultSettings)).rejects.toThrow(
    /latencyMs[\s\S]*unheardOf|unheardOf[\s\S]*latencyMs/,
  )
  expect(proxy.faults.latencyMs).toBe(5)
})

async function echoThroughProxy() {
  const server = createServer((socket) => socket.pipe(socket).on('error', () => {}))
  const port = await listen(server)
  const between = await during(startFaultProxy({ ...target(port), mode: 'tcp' }))
  await during(Promise.resolve({ stop: async () => void server.close() }))
  return between
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, LOOPBACK).setEncoding('utf8')
  await once(socket, 'connect')
  return socket
}

async function echo(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  const [answer] = await once(socket, 'data')
  return String(answer)
}

test('tcp: bytes pass both ways; latencyMs waits once a connection; down cuts and refuses', async () => {
  const between = await echoThroughProxy()
  const socket = await connected(between.port)
  expect(await echo(socket, 'one')).toBe('one')
  await between.set({ latencyMs: 700 })
  expect(await echo(socket, 'two')).toBe('two')
  expect(await echo(socket, 'and more')).toBe('and more')
  expect(waits).toEqual([700])
  const cut = once(socket, 'close')
  await between.set({ down: true })
  await cut
  await expect(connected(between.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await between.clear()
  expect(await echo(await connected(between.port), 'three')).toBe('three')
})

test('tcp: failPercent resets; blackhole accepts, keeps silent, and cuts when it ends', async () => {
  const between = await echoThroughProxy()
  await between.set({ failPercent: 100 })
  const reset = connect(between.port, LOOPBACK)
  const [error] = await once(reset, 'error')
  expect(error).toMatchObject({ code: 'ECONNRESET' })
  await between.set({ blackhole: true })
  const silent = await connected(between.port)
  silent.write('anybody?')
  await until('the bytes are swallowed', () => between.counters.blackholed === 1)
  const cut = once(silent, 'close')
  await between.clear()
  await cut
  expect(silent.bytesRead).toBe(0)
})

test('a target that is not there looks like a connection that ends', async () => {
  const between = await during(startFaultProxy({ ...target(1), mode: 'http' }))
  await expect(fetch(between.url)).rejects.toThrow('fetch failed')
})
