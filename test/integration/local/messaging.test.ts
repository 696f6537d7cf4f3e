import { GetObjectCommand, HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  startMessaging,
  type MessagingOptions,
  type RunningMessaging,
} from '../../../local/emulators/messaging.ts'
import { clientOptions, during, REGION, temporaryDirectory } from './support.ts'

const definition: MessagingOptions = {
  region: REGION,
  topics: ['midwatch-critical'],
  queues: [
    {
      name: 'pages',
      attributes: { VisibilityTimeout: '0' },
      deadLetter: { queue: 'pages-dead', maxReceiveCount: 2 },
    },
    { name: 'pages-dead' },
    { name: 'archive' },
  ],
  subscriptions: [
    { topic: 'midwatch-critical', queue: 'pages', raw: true, filterPolicy: { component: ['database'] } },
    { topic: 'midwatch-critical', queue: 'archive' },
  ],
  buckets: ['avatars'],
}

function clients(running: RunningMessaging) {
  const options = clientOptions(running.url)
  const sqs = new SQSClient({ ...options, useQueueUrlAsEndpoint: false })
  return { sqs, sns: new SNSClient(options), s3: new S3Client({ ...options, forcePathStyle: true }) }
}

async function receive(running: RunningMessaging, queue: string) {
  const command = new ReceiveMessageCommand({ QueueUrl: running.queueUrl(queue), MaxNumberOfMessages: 10 })
  return (await clients(running).sqs.send(command)).Messages ?? []
}

async function publish(running: RunningMessaging, component: string): Promise<void> {
  const MessageAttributes = { component: { DataType: 'String', StringValue: component } }
  const TopicArn = running.topicArn('midwatch-critical')
  await clients(running).sns.send(new PublishCommand({ TopicArn, Message: component, MessageAttributes }))
}

test('a topic reaches its queues: raw and filtered, or in the SNS envelope', async () => {
  const running = await during(startMessaging(definition))
  await publish(running, 'uploads')
  await publish(running, 'database')
  expect((await receive(running, 'pages')).map(({ Body }) => Body)).toEqual(['database'])
  const archived = (await receive(running, 'archive')).map(({ Body }) => JSON.parse(Body ?? '{}'))
  expect(archived.map(({ Type, Message }) => [Type, Message])).toEqual([
    ['Notification', 'uploads'],
    ['Notification', 'database'],
  ])
})

test('a message that is received too often moves to the dead-letter queue', async () => {
  const running = await during(startMessaging(definition))
  await publish(running, 'database')
  for (const _ of [1, 2, 3]) await receive(running, 'pages')
  expect((await receive(running, 'pages-dead')).map(({ Body }) => Body)).toEqual(['database'])
})

test('objects and undelivered messages survive a restart; a changed subscription and queue take effect', async () => {
  const dataDir = await temporaryDirectory()
  const first = await startMessaging({ ...definition, dataDir })
  const put = { Bucket: 'avatars', Key: 'canary.txt', Body: 'still here' }
  await clients(first).s3.send(new PutObjectCommand(put))
  await publish(first, 'database')
  await first.stop()
  const second = await during(
    startMessaging({
      ...definition,
      dataDir,
      queues: [{ name: 'pages', attributes: { VisibilityTimeout: '45' } }, { name: 'archive' }],
      subscriptions: [{ topic: 'midwatch-critical', queue: 'pages', raw: true }],
    }),
  )
  const { Body } = await clients(second).s3.send(
    new GetObjectCommand({ Bucket: 'avatars', Key: 'canary.txt' }),
  )
  expect(await Body?.transformToString()).toBe('still here')
  await publish(second, 'uploads')
  expect((await receive(second, 'pages')).map((message) => message.Body)).toEqual(['database', 'uploads'])
  expect((await receive(second, 'archive')).length).toBe(1)
  const asked = new GetQueueAttributesCommand({ QueueUrl: second.queueUrl('pages'), AttributeNames: ['All'] })
  const { Attributes } = await clients(second).sqs.send(asked)
  expect(Attributes?.VisibilityTimeout).toBe('45')
})

test('a message that was deleted stays deleted after a restart', async () => {
  const dataDir = await temporaryDirectory()
  const first = await startMessaging({ ...definition, dataDir })
  const QueueUrl = first.queueUrl('archive')
  await clients(first).sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'done' }))
  const [message] = await receive(first, 'archive')
  await clients(first).sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }))
  await first.stop()
  const second = await during(startMessaging({ ...definition, dataDir }))
  expect(await receive(second, 'archive')).toEqual([])
})

test('a bucket that was not listed does not exist', async () => {
  const { s3 } = clients(await during(startMessaging(definition)))
  await s3.send(new HeadBucketCommand({ Bucket: 'avatars' }))
  await expect(s3.send(new HeadBucketCommand({ Bucket: 'elsewhere' }))).rejects.toMatchObject({
    name: 'NotFound',
  })
})

test('it listens on 127.0.0.1 alone', async () => {
  const { port } = await during(startMessaging({ region: REGION }))
  const reached = (host: string) =>
    new Promise<boolean>((resolve) => {
      const socket = connect({ host, port, timeout: 1000 })
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('timeout', () => resolve(false))
      socket.once('close', () => socket.destroy())
    })
  // The whole of 127/8 is this machine, so a listener on every interface would answer at the second address too.
  expect([await reached('127.0.0.1'), await reached('127.0.0.2')]).toEqual([true, false])
})

test('a port in use and a broken data directory are each said in one sentence', async () => {
  const { port } = await during(startMessaging({ region: REGION }))
  await expect(startMessaging({ region: REGION, port })).rejects.toThrow(`Port ${port} is already in use.`)
  const dataDir = await temporaryDirectory()
  await writeFile(
    join(dataDir, 'fauxqs.db'),
    'this is no database, though it is long enough to be mistaken for one',
  )
  const broken = startMessaging({ region: REGION, dataDir })
  await expect(broken).rejects.toThrow('cannot be opened: delete it to start afresh.')
})
