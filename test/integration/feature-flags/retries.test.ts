import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { agreeInTheEnd } from '../../support/flag-agreement.ts'
import { answerOf, callFlag, callFlags, createFlag } from '../../support/flag-routes.ts'
import { bodyOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

agreeInTheEnd(started)

const CALLS = [
  ['putFlag', { body: { description: 'Once' } }],
  ['archiveFlag', {}],
  ['enableFlag', {}],
  ['setPercentage', { query: { percentage: '5' } }],
  ['addTarget', { body: { target_type: 'user', target_value: 'ada' } }],
  ['rollBackFlag', { body: { version: 1 } }],
] as const

describe('a request that is sent twice with one Idempotency-Key', () => {
  it.each(CALLS)('has its effect once and the same answer twice: %s', async (name, parts) => {
    const key = `twice-${name}`
    await createFlag(key)
    const headers = { 'idempotency-key': randomUUID() }
    const first = await callFlags(name, { params: { key }, headers, ...parts })
    const second = await callFlags(name, { params: { key }, headers, ...parts })
    expect(first.headers).not.toHaveProperty('idempotency-replayed')
    expect(second).toMatchObject({
      statusCode: first.statusCode,
      headers: { 'idempotency-replayed': 'true', etag: '"2"' },
    })
    expect(bodyOf(second)).toEqual(bodyOf(first))
    const [newest] = JSON.parse((await callFlags('getFlagHistory', { params: { key } })).body ?? '').versions
    expect(newest).toMatchObject({ version: 2 })
  })

  it('is remembered also when somebody else was quicker and nothing was left to do', async () => {
    await createFlag('overtaken')
    const requests = Array.from({ length: 6 }, () => ({
      params: { key: 'overtaken' },
      headers: { 'idempotency-key': randomUUID() },
    }))
    const firsts = await Promise.all(requests.map((parts) => callFlags('enableFlag', parts)))
    expect(firsts.map(({ statusCode }) => statusCode)).toEqual(requests.map(() => 200))
    for (const parts of requests) {
      expect(await callFlags('enableFlag', parts)).toMatchObject({
        statusCode: 200,
        headers: { 'idempotency-replayed': 'true' },
      })
    }
    expect(await callFlag('getFlag', 'overtaken')).toMatchObject({ version: 2 })
  })

  it('creates one flag', async () => {
    const parts = { body: { key: 'created' }, headers: { 'idempotency-key': randomUUID() } }
    const answers = [
      await answerOf(callFlags('createFlag', parts)),
      await answerOf(callFlags('createFlag', parts)),
    ]
    expect(answers.map(({ statusCode, version }) => [statusCode, version])).toEqual([
      [201, 1],
      [201, 1],
    ])
  })

  it('applies a bundle once', async () => {
    const parts = { params: { bundle: 'lockdown' }, headers: { 'idempotency-key': randomUUID() } }
    const answers = [
      await answerOf(callFlags('applyBundle', parts)),
      await answerOf(callFlags('applyBundle', parts)),
    ]
    expect(answers.map(({ statusCode, version }) => [statusCode, version])).toEqual([
      [200, 1],
      [200, 1],
    ])
  })

  it('is one request: another body with the same key is refused', async () => {
    await createFlag('reused')
    const headers = { 'idempotency-key': randomUUID() }
    await callFlag('putFlag', 'reused', { headers, body: { description: 'One' } })
    const refused = await callFlag('putFlag', 'reused', { headers, body: { description: 'Two' } })
    expect(refused).toMatchObject({ statusCode: 422, code: 'key_reused' })
  })

  it('20 times at once has one effect', async () => {
    await createFlag('flooded')
    const parts = { headers: { 'idempotency-key': randomUUID() }, query: { percentage: '7' } }
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => callFlag('setPercentage', 'flooded', parts)),
    )
    expect(answers.every(({ statusCode }) => statusCode === 200 || statusCode === 409)).toBe(true)
    expect(answers.some(({ statusCode }) => statusCode === 200)).toBe(true)
    expect(await callFlag('getFlag', 'flooded')).toMatchObject({ version: 2, percentage: 7 })
  })
})
