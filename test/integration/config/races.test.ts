import { afterEach, describe, expect, it } from 'vitest'
import { shownValue } from '../../../shared/config/history.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { expectConsistent, liveValueOf } from '../../support/config-consistency.ts'
import { call, chainOf, createKey, get, put, valueAt } from '../../support/config-routes.ts'
import { bodyOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

afterEach(() => started().faults.clear())

const byNumber = (left: unknown, right: unknown) => Number(left) - Number(right)

describe('racing changes', () => {
  it('of one key: each that was answered with success is a version, and none is lost', async () => {
    await createKey('raced')
    const values = Array.from({ length: 40 }, (_, n) => n + 1)
    const results = await Promise.all(values.map((value) => put('raced', { value })))
    const won = results.filter(({ statusCode }) => statusCode === 200)
    const codes = results.filter(({ statusCode }) => statusCode !== 200).map((each) => bodyOf(each)['code'])
    expect(new Set(codes).difference(new Set(['conflict', 'unavailable'])).size).toBe(0)
    expect(won.length).toBeGreaterThan(0)
    const events = await chainOf(started().table, 'raced')
    expect(events).toHaveLength(won.length + 1)
    const answered = won.map((result) => [bodyOf(result)['version'], bodyOf(result)['value']])
    expect(answered.toSorted(([left], [right]) => Number(left) - Number(right))).toEqual(
      events.slice(1).map(({ seq, after }) => [seq, shownValue(after)?.value]),
    )
    await expectConsistent(started().table, 'raced')
  })

  it('of one key by eight writers who go on and on: the history has exactly what they were told', async () => {
    await createKey('contested')
    const values = Array.from({ length: 120 }, (_, n) => n + 1)
    const told: unknown[] = []
    const write = async (): Promise<void> => {
      for (let value = values.pop(); value !== undefined; value = values.pop()) {
        const result = await put('contested', { value })
        if (result.statusCode === 200) told.push(bodyOf(result)['value'])
      }
    }
    await Promise.all(Array.from({ length: 8 }, write))
    const events = await chainOf(started().table, 'contested')
    const written = events.slice(1).map(({ after }) => shownValue(after)?.value)
    expect(written.toSorted(byNumber)).toEqual(told.toSorted(byNumber))
    expect(told.length).toBeGreaterThan(60)
    await expectConsistent(started().table, 'contested')
  })

  it('of different keys all succeed, and all of them are what containers go by', async () => {
    const keys = Array.from({ length: 8 }, (_, n) => `apart_${n}`)
    for (const key of keys) await createKey(key)
    const results = await Promise.all(keys.map((key, n) => put(key, { value: n + 1 })))
    expect(results.map(({ statusCode }) => statusCode)).toEqual(keys.map(() => 200))
    expect(await Promise.all(keys.map((key) => liveValueOf(started().table, key)))).toEqual(
      keys.map((_key, n) => n + 1),
    )
  })

  it('from the same version: one wins, and the others are told that theirs is old', async () => {
    await createKey('guarded')
    const results = await Promise.all(
      [1, 2, 3, 4].map((value) => put('guarded', { value }, { 'if-match': '"1"' })),
    )
    const statuses = results.map(({ statusCode = 0 }) => statusCode).toSorted((left, right) => left - right)
    expect(statuses).toEqual([200, 412, 412, 412])
    expect(bodyOf(await get('guarded'))).toMatchObject({ version: 2 })
  })

  it('that create one key: it is made once', async () => {
    const body = { key: 'once', description: 'Raced', schema: { type: 'boolean' }, default: false }
    const results = await Promise.all([1, 2, 3].map(() => call('createConfig', { body })))
    const statuses = results.map(({ statusCode = 0 }) => statusCode).toSorted((left, right) => left - right)
    expect(statuses).toEqual([201, 409, 409])
  })
})

describe('a store that fails in the middle of a change', () => {
  it('before the transaction leaves nothing behind', async () => {
    await createKey('steady')
    const before = await started().itemCount()
    await started().faults.set({ down: true })
    expect(bodyOf(await put('steady', { value: 9 }))).toMatchObject({ status: 503, code: 'unavailable' })
    await started().faults.clear()
    expect(await valueAt('steady')).toBe(0)
    expect(await started().itemCount()).toBe(before)
    await expectConsistent(started().table, 'steady')
  })

  it('after the transaction has lost nothing: who repeats the change with its key hears how it went', async () => {
    await createKey('answered')
    const headers = { 'idempotency-key': 'answered-1' }
    await started().faults.set({ dropAfterCommit: true, only: 'TransactWriteItems', times: 1 })
    const first = await put('answered', { value: 9 }, headers)
    await started().faults.clear()
    const second = await put('answered', { value: 9 }, headers)
    expect([first.statusCode, second.statusCode]).toEqual([200, 200])
    expect(second.body).toBe(first.body)
    expect(await chainOf(started().table, 'answered')).toHaveLength(2)
    await expectConsistent(started().table, 'answered')
  })
})
