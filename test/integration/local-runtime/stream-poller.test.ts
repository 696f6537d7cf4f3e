import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import type { _Record as StreamRecord } from '@aws-sdk/client-dynamodb-streams'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { startDynamoDb, type RunningDynamoDb } from '../../../local/emulators/dynamodb.ts'
import type { Outcome } from '../../../local/host/invocation.ts'
import { openCheckpoints } from '../../../local/sources/checkpoints.ts'
import { startStreamPoller } from '../../../local/sources/stream-poller.ts'
import { sequenceOf } from '../../../local/sources/stream-delivery.ts'
import { streamsClient } from '../../../local/stack/clients.ts'
import { ensureTable } from '../../../local/stack/table.ts'

let dynamodb: RunningDynamoDb
let client: DynamoDBClient
let folder: string
let streamArn: string
let tables = 0
const NOTHING_FAILED: Outcome = { ok: true, payload: { batchItemFailures: [] } }

beforeAll(async () => {
  dynamodb = await startDynamoDb()
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  client = new DynamoDBClient({ endpoint: dynamodb.url, region: 'us-east-1', credentials })
  folder = await mkdtemp(join(tmpdir(), 'midwatch-stream-'))
})
afterAll(async () => {
  await dynamodb.stop()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  streamArn = await ensureTable(client, `table${(tables += 1)}`)
})

async function put(...names: string[]): Promise<void> {
  for (const name of names) {
    const Item = { pk: { S: name }, sk: { S: 'ROW' } }
    await client.send(new PutItemCommand({ TableName: `table${tables}`, Item }))
  }
}

const checkpointFile = () => join(folder, `checkpoints${tables}.json`)
const namesIn = (event: unknown) =>
  (event as { Records: StreamRecord[] }).Records.map(({ dynamodb: change }) => change?.Keys?.pk?.S)

/** A poller of the current table whose function answers with `answer`. @returns the batches that it delivered */
async function poller(answer: (event: unknown) => Promise<Outcome> | Outcome, batchSize = 10) {
  const batches: unknown[][] = []
  const givenUp: string[] = []
  const running = startStreamPoller({
    streams: streamsClient(dynamodb.url),
    streamArn,
    checkpoints: await openCheckpoints(checkpointFile(), streamArn),
    target: {
      functionName: 'f',
      keyPrefix: 'OUTBOX#',
      batchSize,
      retries: 1,
      retryDelayMs: () => 0,
      invoke: async (_, event) => {
        batches.push(namesIn(event))
        return answer(event)
      },
      onGivenUp: (records) => givenUp.push(...records.map((record) => record.dynamodb?.Keys?.pk?.S ?? '')),
    },
    onError: () => undefined,
  })
  onTestFinished(() => running.stop())
  return { batches, givenUp, stop: running.stop }
}

describe('the stream poller', () => {
  test('delivers inserted rows of its entity in order, in batches of the declared size', async () => {
    await put('OUTBOX#1', 'CHECK#1', 'OUTBOX#2', 'OUTBOX#1', 'OUTBOX#3')
    const { batches } = await poller(() => NOTHING_FAILED, 2)
    await vi.waitFor(() => expect(batches).toEqual([['OUTBOX#1', 'OUTBOX#2'], ['OUTBOX#3']]), 5_000)
  })

  test('delivers records in the shape that Lambda gives them', async () => {
    await put('OUTBOX#1')
    const events: unknown[] = []
    await poller((event) => {
      events.push(event)
      return NOTHING_FAILED
    })
    await vi.waitFor(() => expect(events).toHaveLength(1), 5_000)
    expect(events[0]).toMatchObject({
      Records: [
        {
          eventName: 'INSERT',
          eventSource: 'aws:dynamodb',
          eventSourceARN: streamArn,
          dynamodb: {
            ApproximateCreationDateTime: expect.any(Number),
            NewImage: { pk: { S: 'OUTBOX#1' }, sk: { S: 'ROW' } },
            SequenceNumber: expect.any(String),
          },
        },
      ],
    })
  })

  test('goes on where the one before it ended', async () => {
    await put('OUTBOX#1')
    const first = await poller(() => NOTHING_FAILED)
    await vi.waitFor(() => expect(first.batches).toEqual([['OUTBOX#1']]), 5_000)
    await first.stop()
    await put('OUTBOX#2')
    const second = await poller(() => NOTHING_FAILED)
    await vi.waitFor(() => expect(second.batches).toEqual([['OUTBOX#2']]), 5_000)
  })

  test('delivers again what was in work when the one before it ended', async () => {
    await put('OUTBOX#1', 'OUTBOX#2')
    const first = await poller((event) => ({
      ok: true,
      payload: {
        batchItemFailures: [
          { itemIdentifier: sequenceOf((event as { Records: StreamRecord[] }).Records.at(-1) ?? {}) },
        ],
      },
    }))
    await vi.waitFor(() => expect(first.batches.length).toBeGreaterThan(0), 5_000)
    await first.stop()
    const stored: unknown = JSON.parse(await readFile(checkpointFile(), 'utf8'))
    await writeFile(checkpointFile(), JSON.stringify({ stream: streamArn, shards: {} }))
    expect(stored).toMatchObject({ stream: streamArn })
    const second = await poller(() => NOTHING_FAILED)
    await vi.waitFor(() => expect(second.batches).toEqual([['OUTBOX#1', 'OUTBOX#2']]), 5_000)
  })

  test('retries from the lowest failed record, gives up in the end, and delivers what came after', async () => {
    await put('OUTBOX#1', 'OUTBOX#2')
    const { batches, givenUp } = await poller((event) => {
      const { Records } = event as { Records: StreamRecord[] }
      const bad = Records.find((record) => record.dynamodb?.Keys?.pk?.S === 'OUTBOX#2')
      if (bad === undefined) return NOTHING_FAILED
      return { ok: true, payload: { batchItemFailures: [{ itemIdentifier: sequenceOf(bad) }] } }
    })
    await vi.waitFor(() => expect(givenUp).toEqual(['OUTBOX#2']), 5_000)
    await put('OUTBOX#3')
    await vi.waitFor(() => expect(batches.at(-1)).toEqual(['OUTBOX#3']), 5_000)
    expect(batches.slice(0, 2)).toEqual([['OUTBOX#1', 'OUTBOX#2'], ['OUTBOX#2']])
  })

  test('lets the batch in work end before it stops', async () => {
    await put('OUTBOX#1')
    const { promise: finished, resolve: finish } = Promise.withResolvers<Outcome>()
    const { batches, stop } = await poller(() => finished)
    await vi.waitFor(() => expect(batches).toHaveLength(1), 5_000)
    const stopping = stop()
    finish(NOTHING_FAILED)
    await stopping
    const checkpoints = await openCheckpoints(checkpointFile(), streamArn)
    expect(checkpoints.get(`shardId-00000001-table${tables}`)).toBeDefined()
  })
})

describe('checkpoints', () => {
  test('of another stream are not used', async () => {
    const file = join(folder, 'other.json')
    await (await openCheckpoints(file, 'arn:old')).set('shard', '7')
    expect((await openCheckpoints(file, 'arn:old')).get('shard')).toBe('7')
    expect((await openCheckpoints(file, 'arn:new')).get('shard')).toBeUndefined()
  })

  test('in a broken file are an error in one sentence', async () => {
    const file = join(folder, 'broken.json')
    await writeFile(file, '{')
    await expect(openCheckpoints(file, 'arn')).rejects.toThrow(/^The checkpoint file .* is broken: delete it/)
  })
})
