import { describe, expect, it } from 'vitest'
import { queueConsumer, scheduled, streamConsumer } from '../../../shared/kernel/job.ts'
import { count } from '../../../shared/kernel/metrics.ts'
import type { ScheduleEvent } from '../../../shared/kernel/route.ts'
import { lambdaContext } from '../../support/lambda-context.ts'
import { capturedOutput } from '../../support/output.ts'

const output = capturedOutput()
const tick = { schedule: 'test', scheduledAt: '2026-02-15T12:00:00Z' }

const streamRecord = (sequence: string, eventName: 'INSERT' | 'MODIFY' | 'REMOVE', id?: string) => ({
  eventName,
  dynamodb: {
    SequenceNumber: sequence,
    ...(id === undefined ? {} : { NewImage: { pk: { S: `OUTBOX#${id}` }, id: { S: id }, n: { N: '7' } } }),
  },
})
const onlyGood = async ({ id }: { id: string }) => {
  if (id !== 'good') throw new Error(`no topic for ${id}`)
}
const message = (messageId: string, body: string) => ({
  messageId,
  body,
  receiptHandle: messageId,
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '0',
    SenderId: 'test',
    ApproximateFirstReceiveTimestamp: '0',
  },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-central-1:000000000000:test',
  awsRegion: 'eu-central-1',
})

describe('a schedule', () => {
  it('is given its event, and dependencies that are made once', async () => {
    const seen: [ScheduleEvent, number][] = []
    let made = 0
    const handler = scheduled(
      'test',
      async (event, deps: number) => void seen.push([event, deps]),
      async () => (made += 1),
    )
    await handler(tick, lambdaContext())
    await handler(tick, lambdaContext())
    expect(seen).toEqual([
      [tick, 1],
      [tick, 1],
    ])
  })

  it.each([undefined, '<aws.scheduler.scheduled-time>'])(
    'counts for the minute in which it runs when its moment is %j',
    async (scheduledAt) => {
      const seen: string[] = []
      const handler = scheduled(
        'test',
        async (event) => void seen.push(event.scheduledAt),
        async () => undefined,
      )
      await handler(JSON.parse(JSON.stringify({ schedule: 'test', scheduledAt })), lambdaContext())
      expect(seen[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z$/)
    },
  )

  it('hands its error to Lambda, which retries, and logs and counts it', async () => {
    const handler = scheduled(
      'test',
      () => Promise.reject(new Error('no table')),
      async () => undefined,
    )
    await expect(handler(tick, lambdaContext())).rejects.toThrow('no table')
    expect(output()).toContainEqual(expect.objectContaining({ message: 'job failed', job: 'test' }))
    expect(output()).toContainEqual(expect.objectContaining({ UnhandledErrors: 1 }))
  })

  it('writes what it counted, and nothing when it counted nothing', async () => {
    const counting = scheduled(
      'test',
      async () => count('ChecksRun', 3),
      async () => undefined,
    )
    await counting(tick, lambdaContext())
    expect(output()).toMatchObject([{ ChecksRun: 3 }])
    const silent = scheduled(
      'test',
      async () => undefined,
      async () => undefined,
    )
    await silent(tick, lambdaContext())
    expect(output()).toHaveLength(1)
  })
})

describe('a stream consumer', () => {
  it('runs for inserted rows only', async () => {
    const rows: unknown[] = []
    const handler = streamConsumer(
      'test',
      async (row) => void rows.push(row),
      async () => undefined,
    )
    const Records = [
      streamRecord('1', 'INSERT', 'a'),
      streamRecord('2', 'MODIFY', 'b'),
      streamRecord('3', 'REMOVE'),
      streamRecord('4', 'INSERT'),
      streamRecord('5', 'INSERT', 'c'),
    ]
    expect(await handler({ Records }, lambdaContext())).toEqual({ batchItemFailures: [] })
    expect(rows).toEqual([
      { pk: 'OUTBOX#a', id: 'a', n: 7 },
      { pk: 'OUTBOX#c', id: 'c', n: 7 },
    ])
  })

  it('names the rows that failed, so that only these are delivered again, and logs why', async () => {
    const handler = streamConsumer('test', onlyGood, async () => undefined)
    const Records = [
      streamRecord('1', 'INSERT', 'bad'),
      streamRecord('2', 'INSERT', 'good'),
      streamRecord('3', 'INSERT', 'worse'),
    ]
    expect(await handler({ Records }, lambdaContext())).toEqual({
      batchItemFailures: [{ itemIdentifier: '1' }, { itemIdentifier: '3' }],
    })
    expect(JSON.stringify(output())).toMatch(/no topic for bad.*no topic for worse/)
  })
})

describe('a queue consumer', () => {
  it('runs for each message, and names those that failed or are no JSON', async () => {
    const bodies: unknown[] = []
    const run = async (body: unknown) => {
      bodies.push(body)
      if (body === 'bad') throw 'not even an error'
    }
    const handler = queueConsumer('test', run, async () => undefined)
    const Records = [message('1', '{"n":1}'), message('2', '"bad"'), message('3', '{'), message('4', '[]')]
    expect(await handler({ Records }, lambdaContext())).toEqual({
      batchItemFailures: [{ itemIdentifier: '2' }, { itemIdentifier: '3' }],
    })
    expect(bodies).toEqual([{ n: 1 }, 'bad', []])
    expect(JSON.stringify(output())).toContain('not even an error')
  })
})
