import { PurgeQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { SNSClient } from '@aws-sdk/client-sns'
import { S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll } from 'vitest'
import { startMessaging } from '../../local/emulators/messaging.ts'
import { startFaultProxy, type FaultProxy } from '../../local/fault-proxy.ts'
import { SEVERITIES } from '../../shared/health/check.ts'
import { loopbackClient } from './attempt.ts'

/** A message as a topic delivered it. */
export interface Delivered {
  readonly body: Readonly<Record<string, unknown>>
  readonly subject: string
  readonly attributes: Readonly<Record<string, string>>
}

/** Real topics, with a queue that hears all of them, and a bucket; SNS is reached through a fault proxy. */
export interface TestMessaging {
  readonly sns: SNSClient
  readonly s3: S3Client
  readonly bucket: string
  readonly topicArns: Readonly<Record<string, string>>
  readonly faults: FaultProxy
  /** Everything that was delivered since the last call. */
  readonly delivered: () => Promise<readonly Delivered[]>
}

interface Envelope {
  readonly Message: string
  readonly Subject: string
  readonly MessageAttributes: Readonly<Record<string, { readonly Value: string }>>
}

const parsedAs = <T>(json: string | undefined) => JSON.parse(json ?? 'null') as T

function deliveredOf(text: string | undefined): Delivered {
  const { Message, Subject, MessageAttributes } = parsedAs<Envelope>(text)
  const attributes = Object.entries(MessageAttributes).map(([name, { Value }]) => [name, Value] as const)
  return { body: parsedAs(Message), subject: Subject, attributes: Object.fromEntries(attributes) }
}

async function start() {
  const messaging = await startMessaging({
    region: 'eu-central-1',
    topics: SEVERITIES,
    queues: [{ name: 'heard' }],
    subscriptions: SEVERITIES.map((topic) => ({ topic, queue: 'heard' })),
    buckets: ['audit'],
  })
  const faults = await startFaultProxy({ target: { host: '127.0.0.1', port: messaging.port }, mode: 'http' })
  const sns = new SNSClient(loopbackClient(faults.url))
  const s3 = new S3Client({ ...loopbackClient(messaging.url), forcePathStyle: true })
  const sqs = new SQSClient({ ...loopbackClient(messaging.url), useQueueUrlAsEndpoint: false })
  const QueueUrl = messaging.queueUrl('heard')
  const delivered = async () => {
    const all: Delivered[] = []
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      )
      all.push(...Messages.map(({ Body }) => deliveredOf(Body)))
      if (Messages.length === 0) break
    }
    await sqs.send(new PurgeQueueCommand({ QueueUrl }))
    return all
  }
  const topicArns = Object.fromEntries(SEVERITIES.map((severity) => [severity, messaging.topicArn(severity)]))
  const stop = async () => {
    for (const client of [sns, s3, sqs]) client.destroy()
    await faults.stop()
    await messaging.stop()
  }
  return { sns, s3, bucket: 'audit', topicArns, faults, delivered, stop }
}

/** One messaging emulator for the test file. */
export function testMessaging(): () => TestMessaging {
  let started: Awaited<ReturnType<typeof start>> | undefined
  beforeAll(async () => {
    started = await start()
  }, 30_000)
  afterAll(() => started?.stop())
  return () => {
    if (started === undefined) throw new Error('Messaging is there once beforeAll has run.')
    return started
  }
}
