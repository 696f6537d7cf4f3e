import { createServer } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { makeDocumentClient, openTable } from '../../../shared/kernel/table/table.ts'
import { manualEffects } from '../../support/effects.ts'
import { listen } from '../../support/loopback.ts'
import { rejectionOf } from '../../support/problem.ts'

type Answer = readonly [status: number, body: object]

const ok: Answer = [200, {}]
const refused = (code: string, more: object = {}): Answer => [
  400,
  { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: code, ...more },
]
const cancelled = (...codes: readonly string[]): Answer =>
  refused('TransactionCanceledException', {
    CancellationReasons: codes.map((Code) => ({ Code, Message: Code })),
  })

/** DynamoDB's own words, in the order given; the emulator never contends. */
async function tableThatAnswers(...answers: readonly Answer[]) {
  const left = [...answers]
  const operations: string[] = []
  const server = createServer((request, response) => {
    operations.push(String(request.headers['x-amz-target']).split('.')[1] ?? '')
    request.resume().on('end', () => {
      const [status, body] = left.shift() ?? ok
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body))
    })
  })
  const { port } = await listen(server)
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${port}`,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test-key-id',
    AWS_SECRET_ACCESS_KEY: 'test-secret-key',
  })
  const client = makeDocumentClient()
  onTestFinished(() => client.destroy())
  const effects = manualEffects(0, 'immediate')
  return { table: openTable(client, 'midwatch-test', effects), effects, operations }
}

const put = (pk: string) => ({ kind: 'put', item: { pk, sk: 'A' }, expect: { absent: true } }) as const
const two = [put('one'), put('two')]

describe('a commit that meets another one', () => {
  it.each([
    ['a transaction holds one of its items', two, cancelled('None', 'TransactionConflict')],
    ['a partition of its transaction is throttled', two, cancelled('ThrottlingError', 'None')],
    ['a transaction holds its only item', [put('one')], refused('TransactionConflictException')],
  ])('waits and tries again while %s', async (_why, writes, answer) => {
    const { table, effects, operations } = await tableThatAnswers(answer, answer, ok)
    expect(await table.commit(writes, 'write-1')).toEqual({ committed: true })
    expect(operations).toHaveLength(3)
    expect(effects.now()).toBeGreaterThan(0)
  })

  it('waits for its own first try, when that is still at work', async () => {
    const { table } = await tableThatAnswers(refused('TransactionInProgressException'), ok)
    expect(await table.commit(two, 'write-1')).toEqual({ committed: true })
  })

  it('gives up after five tries', async () => {
    const conflict = cancelled('TransactionConflict', 'None')
    const { table, operations } = await tableThatAnswers(...Array.from({ length: 9 }, () => conflict))
    const problem = await rejectionOf(() => table.commit(two, 'write-1'))
    expect(problem).toMatchObject({
      code: 'unavailable',
      cause: { message: 'The transaction stayed contended.' },
    })
    expect(operations).toHaveLength(5)
  })

  it('has lost, and does not try again, when an expectation failed beside it', async () => {
    const { table, operations } = await tableThatAnswers(
      cancelled('TransactionConflict', 'ConditionalCheckFailed'),
    )
    expect(await table.commit(two, 'write-1')).toEqual({ committed: false, conflicts: [1] })
    expect(operations).toHaveLength(1)
  })

  it('is a 503 when it was cancelled for a reason that waiting does not cure', async () => {
    const { table } = await tableThatAnswers(cancelled('ValidationError', 'None'))
    expect((await rejectionOf(() => table.commit(two, 'write-1'))).code).toBe('unavailable')
  })

  it('is a 503 when the cancellation does not say why', async () => {
    const { table } = await tableThatAnswers(refused('TransactionCanceledException'))
    expect((await rejectionOf(() => table.commit(two, 'write-1'))).code).toBe('unavailable')
  })
})

describe('reading many items', () => {
  const item = { pk: { S: 'one' }, sk: { S: 'A' }, n: { N: '1' } }
  const later = { UnprocessedKeys: { 'midwatch-test': { Keys: [{ pk: { S: 'one' }, sk: { S: 'A' } }] } } }

  it('asks again for what was not processed', async () => {
    const { table, operations } = await tableThatAnswers(
      [200, later],
      [200, { Responses: { 'midwatch-test': [item] } }],
    )
    expect(await table.getMany([{ pk: 'one', sk: 'A' }])).toEqual([
      { key: { pk: 'one', sk: 'A' }, item: { n: 1 } },
    ])
    expect(operations).toEqual(['BatchGetItem', 'BatchGetItem'])
  })

  it('gives up when keys stay unprocessed', async () => {
    const { table, operations } = await tableThatAnswers(
      ...Array.from({ length: 9 }, () => [200, later] as const),
    )
    expect((await rejectionOf(() => table.getMany([{ pk: 'one', sk: 'A' }]))).code).toBe('unavailable')
    expect(operations).toHaveLength(5)
  })
})
