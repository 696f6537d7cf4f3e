import { describe, expect, test } from 'vitest'
import { failed, type Outcome } from '../../../local/host/invocation.ts'
import { failedRecords } from '../../../local/sources/batch-response.ts'

const answered = (payload: unknown): Outcome => ({ ok: true, payload })
const IDS = ['a', 'b', 'c']

describe('a partial batch response', () => {
  test.each([[null], [{}], [{ batchItemFailures: [] }], [{ batchItemFailures: null }]])(
    'means success of all when it is %j',
    (payload) => {
      expect(failedRecords(answered(payload), IDS)).toEqual(new Set())
    },
  )

  test('names the records that are to come again', () => {
    const payload = { batchItemFailures: [{ itemIdentifier: 'b' }] }
    expect(failedRecords(answered(payload), IDS)).toEqual(new Set(['b']))
  })

  test.each([
    [{ batchItemFailures: [{ itemIdentifier: '' }] }],
    [{ batchItemFailures: [{ itemIdentifier: null }] }],
    [{ batchItemFailures: [{ itemId: 'a' }] }],
    [{ batchItemFailures: [{ itemIdentifier: 'unknown' }] }],
    ['done'],
  ])('means failure of all when it is %j', (payload) => {
    expect(failedRecords(answered(payload), IDS)).toEqual(new Set(IDS))
  })

  test('means failure of all when the invocation failed', () => {
    expect(failedRecords(failed('Error', 'no'), IDS)).toEqual(new Set(IDS))
  })
})
