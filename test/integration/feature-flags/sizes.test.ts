import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { agreeInTheEnd } from '../../support/flag-agreement.ts'
import { answerOf, callFlag, callFlags, createFlag, wrongFields } from '../../support/flag-routes.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

agreeInTheEnd(started)

const json = (value: unknown) => ({ type: 'json', variants: { on: value, off: null } })
const nested = (depth: number): unknown => (depth === 0 ? 'deep' : [nested(depth - 1)])

const variants = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`v${n}`, true]))

const digits = (seed: number) => Array.from({ length: 5_000 }, (_, n) => (n + seed) % 10)

const target_value = (n: number) => `${String(n).padStart(4, '0')}${'x'.repeat(250)}`

const noise = () => Buffer.from(systemEffects.bytes(11_000)).toString('base64')

const withVariants = (count: number) => ({ variants: variants(count), on: 'v0', off: 'v1' })

const withDigits = (seed: number) => ({ type: 'json', variants: { on: digits(seed), off: digits(seed + 1) } })

describe('a value', () => {
  it.each([
    ['nested 11 deep', nested(11)],
    ['of more than 32 KB', 'x'.repeat(33_000)],
    ['with a number that is not exact', 2 ** 60],
    ['with a number too near to zero', 1e-120],
    ['with a field without a name', { '': 1 }],
  ])('%s is refused', async (_, value) => {
    const refused = await answerOf(callFlags('createFlag', { body: { key: 'refused', ...json(value) } }))
    expect(refused.statusCode).toBe(422)
    expect(wrongFields(refused)).toEqual(['body.variants.on'])
  })

  it('that is nested 20,000 deep is refused', async () => {
    const deep = `{"key":"refused","type":"json","variants":{"on":${'['.repeat(20_000)}${']'.repeat(20_000)},"off":0}}`
    expect(await answerOf(callFlags('createFlag', { body: deep }))).toMatchObject({ statusCode: 422 })
  })

  it.each([
    ['nested 10 deep', nested(10)],
    ['of 3,000 small numbers', Array.from({ length: 3_000 }, (_, n) => n % 10)],
    ['of 3,000 empty lists', Array.from({ length: 3_000 }, () => [])],
    ['with whatever JSON holds', { a: [null, true, -0.5, 1e20 / 1e10, '', 'ü\u0000😀'], 'x y': { z: {} } }],
  ])('%s comes back as it went in', async (name, value) => {
    const key = `value-${name.length}`
    await createFlag(key, json(value))
    expect(await callFlag('putFlag', key, { body: json(value) })).toMatchObject({
      statusCode: 200,
      version: 2,
    })
    expect((await callFlag('getFlag', key))['variants']).toEqual({ on: value, off: null })
  })
})

describe('a flag', () => {
  it('holds at most 100 variants', async () => {
    await createFlag('many', withVariants(100))
    const refused = await callFlag('putFlag', 'many', { body: withVariants(101) })
    expect(refused.statusCode).toBe(422)
    expect(wrongFields(refused)).toEqual(['body.variants'])
  })

  it('with lists of thousands is saved and brought back like others', async () => {
    await createFlag('large', withDigits(0))
    expect(await callFlag('putFlag', 'large', { body: withDigits(1) })).toMatchObject({ statusCode: 200 })
    expect(await callFlag('rollBackFlag', 'large', { body: { version: 1 } })).toMatchObject({ version: 3 })
    const { statusCode } = await callFlag('getFlagHistory', 'large')
    expect(statusCode).toBe(200)
  })

  it('does not grow by targets beyond what a bundle of them can hold', async () => {
    const targets = Array.from({ length: 100 }, (_, n) => ({
      target_type: 'user',
      target_value: target_value(n),
    }))
    await createFlag('growing', { status: 'targeted', targets })
    const answers: unknown[] = []
    for (let n = 100; n < 110; n += 1) {
      const body = { target_type: 'user', target_value: target_value(n) }
      const { statusCode, fields } = await callFlag('addTarget', 'growing', { body })
      answers.push(statusCode === 201 ? statusCode : fields)
    }
    expect(answers[0]).toBe(201)
    expect(answers.at(-1)).toEqual([
      { path: 'body', reason: expect.stringContaining('must not make a flag of more than 32000 bytes') },
    ])
  })
})

describe('all flags together', () => {
  it('are refused when containers could not keep them at hand, and nothing is half-written', async () => {
    // Random digits do not shrink much.
    let last = 201
    let made = 0
    let code: unknown
    for (; last === 201 && made < 40; made += 1) {
      const body = { key: `noise-${made}`, type: 'json', variants: { on: noise(), off: noise() } }
      const answer = await answerOf(callFlags('createFlag', { body }))
      last = answer.statusCode ?? 0
      code = answer['code']
    }
    expect([last, code]).toEqual([409, 'too_many_flags'])
    const key = `noise-${made - 1}`
    expect(await callFlag('getFlag', key)).toMatchObject({ statusCode: 404 })
    expect(await callFlag('enableFlag', 'killswitch_uploads')).toMatchObject({
      statusCode: 200,
      status: 'enabled',
    })
    expect(await callFlag('archiveFlag', `noise-${made - 2}`)).toMatchObject({ statusCode: 200 })
  }, 60_000)
})
