import { describe, expect, test } from 'vitest'
import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams'
import type { Outcome } from '../../../local/host/invocation.ts'
import { deliverBatch, isWanted, sequenceOf } from '../../../local/sources/stream-delivery.ts'

const recordAt = (sequence: number): StreamRecord => ({
  eventName: 'INSERT',
  dynamodb: { SequenceNumber: String(sequence), Keys: { pk: { S: `OUTBOX#${sequence}` } } },
})
const batch = [1, 2, 3, 4].map(recordAt)

const failing = (...sequences: number[]): Outcome => ({
  ok: true,
  payload: { batchItemFailures: sequences.map((sequence) => ({ itemIdentifier: String(sequence) })) },
})

/** Delivers the batch to a function that answers what is listed, one after another; the last answer repeats. */
async function deliver(answers: readonly Outcome[], retries = 2) {
  const delivered: string[][] = []
  const progress: string[] = []
  const givenUp: string[] = []
  const target = {
    functionName: 'f',
    keyPrefix: 'OUTBOX#',
    batchSize: 10,
    retries,
    retryDelayMs: () => 0,
    invoke: async (_: string, event: unknown): Promise<Outcome> => {
      const { Records } = event as { Records: StreamRecord[] }
      delivered.push(Records.map(sequenceOf))
      return answers[Math.min(delivered.length, answers.length) - 1] ?? failing()
    },
    onGivenUp: (records: readonly StreamRecord[]) => givenUp.push(...records.map(sequenceOf)),
  }
  const onProgress = async (record: StreamRecord) => void progress.push(sequenceOf(record))
  await deliverBatch(target, 'arn:stream', batch, onProgress, new AbortController().signal)
  return { delivered, progress, givenUp }
}

describe('delivering a batch of stream records', () => {
  test('records the last one as dealt with when all succeed', async () => {
    expect(await deliver([failing()])).toEqual({
      delivered: [['1', '2', '3', '4']],
      progress: ['4'],
      givenUp: [],
    })
  })

  test('goes on from the lowest failed record after a partial failure', async () => {
    const { delivered, progress } = await deliver([failing(4, 2), failing()])
    expect(delivered).toEqual([
      ['1', '2', '3', '4'],
      ['2', '3', '4'],
    ])
    expect(progress).toEqual(['1', '4'])
  })

  test('tries the whole batch again after a failed invocation', async () => {
    const { delivered, progress } = await deliver([{ ok: false, errorType: 'E', message: '' }, failing()])
    expect(delivered).toEqual([
      ['1', '2', '3', '4'],
      ['1', '2', '3', '4'],
    ])
    expect(progress).toEqual(['4'])
  })

  test('gives up after the last retry, and goes on behind what it gave up', async () => {
    const { delivered, progress, givenUp } = await deliver([failing(3)], 2)
    expect(delivered).toHaveLength(4)
    expect(givenUp).toEqual(['3', '4'])
    expect(progress).toEqual(['2', '4'])
  })

  test('wants inserted rows of its entity only', () => {
    expect(isWanted(recordAt(1), 'OUTBOX#')).toBe(true)
    expect(isWanted(recordAt(1), 'ALERT#')).toBe(false)
    expect(isWanted({ ...recordAt(1), eventName: 'MODIFY' }, 'OUTBOX#')).toBe(false)
  })
})
