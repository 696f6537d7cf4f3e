import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import type { SQSEvent } from 'aws-lambda'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { startMessaging, type RunningMessaging } from '../../../local/emulators/messaging.ts'
import type { Outcome } from '../../../local/host/invocation.ts'
import { startQueuePoller } from '../../../local/sources/queue-poller.ts'

let messaging: RunningMessaging
let sqs: SQSClient
const QUEUES = ['all-good', 'one-bad', 'crash', 'stop']

beforeAll(async () => {
  messaging = await startMessaging({
    region: 'us-east-1',
    queues: [
      { name: 'dead' },
      ...QUEUES.map((name) => ({
        name,
        attributes: { VisibilityTimeout: '1' },
        deadLetter: { queue: 'dead', maxReceiveCount: 2 },
      })),
    ],
  })
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  sqs = new SQSClient({ endpoint: messaging.url, region: 'us-east-1', credentials })
})
afterAll(async () => {
  sqs.destroy()
  await messaging.stop()
})

async function send(queue: string, ...bodies: string[]): Promise<void> {
  for (const MessageBody of bodies) {
    await sqs.send(new SendMessageCommand({ QueueUrl: messaging.queueUrl(queue), MessageBody }))
  }
}

async function depth(queue: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const
  const command = new GetQueueAttributesCommand({
    QueueUrl: messaging.queueUrl(queue),
    AttributeNames: [...names],
  })
  const { Attributes = {} } = await sqs.send(command)
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0)
}

function poll(queue: string, answer: (event: SQSEvent) => Outcome | Promise<Outcome>) {
  const events: SQSEvent[] = []
  const poller = startQueuePoller({
    sqs,
    queueUrl: messaging.queueUrl(queue),
    queueArn: messaging.queueArn(queue),
    functionName: 'f',
    batchSize: 10,
    concurrency: 1,
    invoke: async (_, event) => {
      events.push(event as SQSEvent)
      return answer(event as SQSEvent)
    },
    onError: () => undefined,
  })
  onTestFinished(() => poller.stop())
  return { events, stop: poller.stop }
}

const bodiesOf = (events: readonly SQSEvent[]) =>
  events.flatMap(({ Records }) => Records.map(({ body }) => body))

describe('the queue poller', () => {
  test('delivers messages as Lambda does, and deletes them after a success', async () => {
    await send('all-good', 'a', 'b')
    const { events } = poll('all-good', () => ({ ok: true, payload: null }))
    await vi.waitFor(() => expect(bodiesOf(events)).toEqual(['a', 'b']), 5_000)
    expect(events[0]?.Records[0]).toMatchObject({
      messageId: expect.any(String),
      eventSource: 'aws:sqs',
      eventSourceARN: messaging.queueArn('all-good'),
      awsRegion: 'us-east-1',
      attributes: { ApproximateReceiveCount: '1' },
    })
    await vi.waitFor(async () => expect(await depth('all-good')).toBe(0), 5_000)
  })

  test('delivers only the failed messages again, and leaves them to the dead-letter queue in the end', async () => {
    await send('one-bad', 'good', 'bad')
    const { events } = poll('one-bad', ({ Records }) => ({
      ok: true,
      payload: {
        batchItemFailures: Records.filter(({ body }) => body === 'bad').map(({ messageId }) => ({
          itemIdentifier: messageId,
        })),
      },
    }))
    await vi.waitFor(() => expect(bodiesOf(events)).toEqual(['good', 'bad', 'bad']), 10_000)
    await vi.waitFor(async () => expect(await depth('dead')).toBe(1), 10_000)
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: messaging.queueUrl('dead') }),
    )
    expect(Messages.map(({ Body }) => Body)).toEqual(['bad'])
  })

  test('deletes nothing after a failed invocation', async () => {
    await send('crash', 'a')
    const { events } = poll('crash', () => ({ ok: false, errorType: 'Runtime.ExitError', message: '' }))
    await vi.waitFor(() => expect(events.length).toBeGreaterThan(0), 5_000)
    expect(await depth('crash')).toBe(1)
  })

  test('lets the batch in work end before it stops', async () => {
    await send('stop', 'a')
    const { promise: finished, resolve: finish } = Promise.withResolvers<Outcome>()
    const { events, stop } = poll('stop', () => finished)
    await vi.waitFor(() => expect(events).toHaveLength(1), 5_000)
    const stopping = stop()
    finish({ ok: true, payload: null })
    await stopping
    expect(await depth('stop')).toBe(0)
  })
})
