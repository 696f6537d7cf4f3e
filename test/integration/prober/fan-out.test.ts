import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { SQSEvent } from 'aws-lambda'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { batch } from '../../../functions/prober/batch.ts'
import { tick } from '../../../functions/prober/tick.ts'
import { startMessaging, type RunningMessaging } from '../../../local/emulators/messaging.ts'
import { queueConsumer } from '../../../shared/kernel/job.ts'
import { loopbackClient } from '../../support/attempt.ts'
import { lambdaContext } from '../../support/lambda-context.ts'
import { inRole } from '../../support/role.ts'
import { LAB_START, openLab, refuses, tcpCheck, type Lab } from '../../support/prober-lab.ts'

const QUEUES = ['first', 'second', 'third', 'fourth'].map((name) => ({ name }))
let messaging: RunningMessaging
let sqs: SQSClient

beforeAll(async () => {
  messaging = await startMessaging({ region: 'eu-central-1', queues: QUEUES })
  sqs = new SQSClient({ ...loopbackClient(messaging.url), useQueueUrlAsEndpoint: false })
})
afterAll(async () => {
  sqs.destroy()
  await messaging.stop()
})

const openLabOf = (count: number, queue: string) =>
  openLab({
    checks: Array.from({ length: count }, (_, index) => tcpCheck(`check-${index}`)),
    settings: { MIDWATCH_PROBE_QUEUE_URL: messaging.queueUrl(queue) },
    sqs,
  })

const runTick = (lab: Lab) =>
  inRole('prober-tick', () =>
    tick({ schedule: 'tick', scheduledAt: new Date(LAB_START).toISOString() }, lab.deps),
  )

/** Takes everything out of a queue, as an event for its consumer. */
async function drain(queue: string): Promise<SQSEvent> {
  const QueueUrl = messaging.queueUrl(queue)
  const Records: { messageId: string; body: string }[] = []
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))
    if (Messages.length === 0) return { Records } as unknown as SQSEvent
    for (const { MessageId = '', Body = '', ReceiptHandle } of Messages) {
      Records.push({ messageId: MessageId, body: Body })
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
    }
  }
}

const consume = (lab: Lab, event: SQSEvent) =>
  inRole('prober-batch', () =>
    lab.clock.drive(queueConsumer('prober-batch', batch, async () => lab.deps)(event, lambdaContext())),
  )

test('120 checks of a tick go out in three messages, and each is run once, whoever gets them', async () => {
  const lab = await openLabOf(120, 'first')
  lab.target('check-7', refuses)
  await runTick(lab)
  expect(await lab.items()).toEqual([])
  const event = await drain('first')
  const bodies: { checks: string[] }[] = event.Records.map(({ body }) => JSON.parse(body))
  expect(bodies.map(({ checks }) => checks.length).toSorted((left, right) => right - left)).toEqual([
    50, 50, 20,
  ])
  expect(await consume(lab, event)).toEqual({ batchItemFailures: [] })
  expect(await lab.items('CHECK#')).toHaveLength(120)
  expect(await lab.items('RESULT#')).toHaveLength(120)
  expect(await lab.told()).toEqual(['firing>critical'])
  expect(await lab.items('PROBER#')).toMatchObject([{ state: { impaired: false, lastTickAt: LAB_START } }])
})

test('a message that is delivered twice, and a tick that is sent twice, count once', async () => {
  const lab = await openLabOf(51, 'second')
  lab.target('check-7', refuses)
  await runTick(lab)
  await runTick(lab)
  const event = await drain('second')
  expect(event.Records).toHaveLength(4)
  await consume(lab, event)
  const once = await lab.items()
  await consume(lab, event)
  expect(await lab.items()).toEqual(once)
  expect(await lab.items('RESULT#')).toHaveLength(51)
  expect(await lab.told()).toEqual(['firing>critical'])
})

test('as many checks as one function runs stay in it', async () => {
  const lab = await openLabOf(50, 'third')
  await lab.clock.drive(runTick(lab))
  expect((await drain('third')).Records).toEqual([])
  expect(await lab.items('CHECK#')).toHaveLength(50)
})

test('a message that cannot be understood is given back alone', async () => {
  const lab = await openLabOf(51, 'fourth')
  await runTick(lab)
  const { Records } = await drain('fourth')
  const [record] = Records
  if (record === undefined) throw new Error('The tick sent nothing.')
  const bad = { ...record, messageId: 'bad', body: '{"checks":["check-1"]}' }
  const unreadable = { ...record, messageId: 'unreadable', body: 'no JSON' }
  const answer = await consume(lab, { Records: [bad, record, unreadable] })
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }, { itemIdentifier: 'unreadable' }] })
  const { checks }: { checks: string[] } = JSON.parse(record.body)
  expect(await lab.items('CHECK#')).toHaveLength(checks.length)
})

test('a tick whose messages cannot be queued fails, so that it is tried again', async () => {
  const lab = await openLabOf(51, 'nowhere')
  await expect(runTick(lab)).rejects.toThrow('queue')
})
