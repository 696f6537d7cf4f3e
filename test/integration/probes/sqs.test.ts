import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { buildApp } from 'fauxqs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createNetServer } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { TargetOf } from '../../../shared/health/check.ts'
import { sqsProbe } from '../../../shared/health/probes/sqs.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { loopbackClient } from '../../support/attempt.ts'
import { closed, listen } from '../../support/loopback.ts'
import { outcomeOf } from '../../support/outcome.ts'

const emulator = buildApp({ logger: false })
let sqs: SQSClient

beforeAll(async () => {
  // The probe loads it on demand; a short deadline should not be spent on that.
  await import('@aws-sdk/client-cloudwatch')
  sqs = new SQSClient(loopbackClient(await emulator.listen({ port: 0, host: '127.0.0.1' })))
})

afterAll(async () => {
  sqs.destroy()
  await emulator.close()
})

afterEach(() => {
  vi.unstubAllEnvs()
})

let queueNumber = 0

/** A new queue with this many messages, of which some have been received and not deleted. */
async function queueWith(waiting: number, inFlight = 0): Promise<string> {
  queueNumber += 1
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `secret-queue-${queueNumber}` }))
  if (QueueUrl === undefined) throw new Error('The emulator made no queue')
  const entries = Array.from({ length: waiting + inFlight }, (_, index) => ({
    Id: `${index}`,
    MessageBody: 'work',
  }))
  for (let from = 0; from < entries.length; from += 10) {
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: entries.slice(from, from + 10) }))
  }
  if (inFlight > 0) await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: inFlight }))
  return QueueUrl
}

const target = (queueUrl: string, rest: Partial<TargetOf<'sqs'>> = {}): TargetOf<'sqs'> => ({
  queueUrl,
  maxDepth: 10,
  maxDeadLetters: 0,
  ...rest,
})

describe('depth', () => {
  test('at its limit is healthy, and what is in flight is measured but does not wait', async () => {
    const outcome = await outcomeOf(sqsProbe, target(await queueWith(10, 3)), { sqs })
    expect(outcome).toEqual({
      ok: true,
      latencyMs: expect.any(Number),
      message: '10 messages wait',
      measurements: { messages_waiting: 10, messages_in_flight: 3 },
    })
  })

  test('above its limit is a failure', async () => {
    expect(await outcomeOf(sqsProbe, target(await queueWith(12)), { sqs })).toMatchObject({
      ok: false,
      reason: 'unexpected',
      message: '12 messages wait, at most 10 are allowed',
    })
  })
})

describe('dead letters', () => {
  test('none are healthy', async () => {
    const both = target(await queueWith(1), { deadLetterQueueUrl: await queueWith(0) })
    expect(await outcomeOf(sqsProbe, both, { sqs })).toMatchObject({
      ok: true,
      message: '1 message waits',
      measurements: { messages_waiting: 1, messages_in_flight: 0, dead_letters: 0 },
    })
  })

  test('are a failure, those that somebody looks at included', async () => {
    const both = target(await queueWith(0), { deadLetterQueueUrl: await queueWith(1, 2) })
    expect(await outcomeOf(sqsProbe, both, { sqs })).toMatchObject({
      ok: false,
      reason: 'unexpected',
      message: '3 messages in the dead-letter queue, at most 0 are allowed',
    })
    expect(await outcomeOf(sqsProbe, { ...both, maxDeadLetters: 3 }, { sqs })).toMatchObject({ ok: true })
  })
})

test('a queue that does not exist is a failure', async () => {
  const queueUrl = `${await queueWith(0)}-gone`
  expect(await outcomeOf(sqsProbe, target(queueUrl), { sqs })).toMatchObject({
    ok: false,
    reason: 'unexpected',
    message: 'The queue does not exist',
  })
  const both = target(await queueWith(0), { deadLetterQueueUrl: queueUrl })
  expect(await outcomeOf(sqsProbe, both, { sqs })).toMatchObject({ ok: false })
})

const limited = async (waiting = 1) => target(await queueWith(waiting), { maxOldestAgeSeconds: 300 })

/** A server in place of an AWS service that gives one reply to everything. */
async function serviceThat(listener: RequestListener) {
  const { port } = await listen(createServer(listener))
  return `http://127.0.0.1:${port}`
}

const QUEUE_URL = 'http://127.0.0.1/000000000000/secret-queue'

test.each(['{}', '{"Attributes":{"ApproximateNumberOfMessages":"many"}}', 'not json'])(
  'the reply %s is a failure and no count',
  async (body) => {
    const endpoint = await serviceThat((_, response) => response.end(body))
    const outcome = await outcomeOf(sqsProbe, target(QUEUE_URL), {
      sqs: new SQSClient(loopbackClient(endpoint)),
    })
    expect(outcome).toMatchObject({ ok: false, reason: 'protocol' })
    expect(outcome.message).not.toMatch(/secret|127\.0/)
  },
)

test('a refusal is a failure, told without the queue', async () => {
  const endpoint = await serviceThat((_, response) =>
    response
      .writeHead(403, { 'content-type': 'application/x-amz-json-1.0' })
      .end('{"__type":"com.amazonaws.sqs#AccessDenied","message":"secret-user may not read secret-queue"}'),
  )
  const outcome = await outcomeOf(sqsProbe, target(QUEUE_URL), {
    sqs: new SQSClient(loopbackClient(endpoint)),
  })
  expect(outcome).toMatchObject({ ok: false, reason: 'denied' })
  expect(outcome.message).not.toMatch(/secret/)
})

test('a service that never replies ends by the deadline, and its connection is closed', async () => {
  const { port, sockets } = await listen(createNetServer((socket) => socket.resume()))
  const hanging = new SQSClient(loopbackClient(`http://127.0.0.1:${port}`))
  const outcome = await outcomeOf(sqsProbe, target(QUEUE_URL), { sqs: hanging, timeoutMs: 600 })
  expect(outcome).toMatchObject({ ok: false, reason: 'timeout' })
  await closed(sockets[0])
})

describe('the age of the oldest message', () => {
  const NOW = Date.UTC(2026, 10, 20, 12)
  const effects = { ...systemEffects, now: () => NOW }

  interface CloudWatchRequest {
    readonly operation: string | undefined
    readonly authorization: string | undefined
    readonly body: unknown
  }

  /** Answers as CloudWatch does over its JSON protocol; ages by the minute that they belong to. */
  async function cloudWatchWith(ages: ReadonlyArray<readonly [minutesAgo: number, seconds: number]>) {
    const requests: CloudWatchRequest[] = []
    const endpoint = await serviceThat(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const { 'x-amz-target': operation, authorization } = request.headers
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
      requests.push({ operation: operation?.toString(), authorization, body })
      const Datapoints = ages.map(([minutesAgo, Maximum]) => ({
        Timestamp: NOW / 1_000 - minutesAgo * 60,
        Maximum,
        Unit: 'Seconds',
      }))
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
      response.end(JSON.stringify({ Label: 'ApproximateAgeOfOldestMessage', Datapoints }))
    })
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint)
    return requests
  }

  test('is the newest that CloudWatch knows', async () => {
    await cloudWatchWith([
      [3, 900],
      [1, 300],
      [2, 800],
    ])
    expect(await outcomeOf(sqsProbe, await limited(), { sqs, effects })).toMatchObject({
      ok: true,
      measurements: { messages_waiting: 1, messages_in_flight: 0, oldest_age_seconds: 300 },
    })
  })

  test('above its limit is late', async () => {
    await cloudWatchWith([[1, 900]])
    expect(await outcomeOf(sqsProbe, await limited(), { sqs, effects })).toMatchObject({
      ok: false,
      reason: 'late',
      message: 'The oldest message waits for 15 min, at most 5 min is allowed',
    })
  })

  test('is not known of a queue without recent metrics, which is healthy', async () => {
    await cloudWatchWith([])
    const outcome = await outcomeOf(sqsProbe, await limited(0), { sqs, effects })
    expect(outcome).toMatchObject({ ok: true, measurements: { messages_waiting: 0, messages_in_flight: 0 } })
    expect(outcome).not.toHaveProperty('measurements.oldest_age_seconds')
  })

  test('is asked for the queue by its name, for the last ten minutes, signed', async () => {
    const requests = await cloudWatchWith([])
    const check = await limited()
    await outcomeOf(sqsProbe, check, { sqs, effects })
    expect(requests).toEqual([
      {
        operation: 'GraniteServiceVersion20100801.GetMetricStatistics',
        authorization: expect.stringMatching(
          /^AWS4-HMAC-SHA256 Credential=test-key-id\/.*\/monitoring\/aws4_request/,
        ),
        body: {
          Namespace: 'AWS/SQS',
          MetricName: 'ApproximateAgeOfOldestMessage',
          Dimensions: [{ Name: 'QueueName', Value: check.queueUrl.split('/').at(-1) }],
          StartTime: NOW / 1_000 - 600,
          EndTime: NOW / 1_000,
          Period: 60,
          Statistics: ['Maximum'],
        },
      },
    ])
  })

  test('is not asked for by a check without a limit on it', async () => {
    const requests = await cloudWatchWith([[1, 900]])
    expect(await outcomeOf(sqsProbe, target(await queueWith(1)), { sqs, effects })).toMatchObject({
      ok: true,
    })
    expect(requests).toEqual([])
  })

  const unreadable = {
    ok: false,
    reason: 'network',
    message: 'The age of the oldest message could not be read',
  }

  test.each([403, 500])('that cannot be read (%d) says nothing about the queue', async (status) => {
    vi.stubEnv('AWS_ENDPOINT_URL', await serviceThat((_, response) => response.writeHead(status).end('{}')))
    expect(await outcomeOf(sqsProbe, await limited(), { sqs, effects })).toMatchObject(unreadable)
  })

  test('that never comes ends by the deadline, and says nothing about the queue', async () => {
    const { port, sockets } = await listen(createNetServer((socket) => socket.resume()))
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`)
    expect(await outcomeOf(sqsProbe, await limited(), { sqs, effects, timeoutMs: 1_000 })).toMatchObject(
      unreadable,
    )
    await closed(sockets[0])
  })

  test('that cannot be read hides no queue that is too deep', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://127.0.0.1:9')
    expect(await outcomeOf(sqsProbe, await limited(12), { sqs, effects })).toMatchObject({
      ok: false,
      reason: 'unexpected',
      message: '12 messages wait, at most 10 are allowed',
    })
  })
})
