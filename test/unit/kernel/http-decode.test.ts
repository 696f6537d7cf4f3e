import * as z from 'zod'
import { describe, expect, it } from 'vitest'
import { bodyText, parseJson } from '../../../shared/kernel/http/decode.ts'
import { route } from '../../../shared/kernel/route.ts'
import { httpEvent } from '../../support/http-event.ts'
import { problemOf } from '../../support/problem.ts'

const plain = {
  capability: 'alerts',
  method: 'POST',
  path: '/x',
  summary: 'A route',
  roles: 'public',
  limit: 'global_default',
  response: z.unknown(),
  errors: [],
  uses: [],
} as const
const post = route(plain)
const event = (body?: string, isBase64Encoded = false) =>
  httpEvent({ routeKey: 'POST /x', isBase64Encoded, ...(body === undefined ? {} : { body }) })
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('the body of a request', () => {
  it('is its text, whether API Gateway took it for binary or not', () => {
    expect(bodyText(event('{"é":1}'), post)).toBe('{"é":1}')
    expect(bodyText(event(base64('{"é":1}'), true), post)).toBe('{"é":1}')
  })

  it('is empty when there is none', () => {
    expect(bodyText(event(), post)).toBe('')
  })

  it('may have 64 KB and no more, counted in bytes', () => {
    const largest = 'é'.repeat(32 * 1024)
    expect(bodyText(event(largest), post)).toHaveLength(32 * 1024)
    expect(bodyText(event(base64(largest), true), post)).toHaveLength(32 * 1024)
    expect(problemOf(() => bodyText(event(`${largest}x`), post))).toMatchObject({
      code: 'body_too_large',
      detail: 'The body has 65537 bytes; at most 65536 are accepted.',
    })
    expect(problemOf(() => bodyText(event(base64(`${largest}x`), true), post)).code).toBe('body_too_large')
  })

  it('may have as much as its route says', () => {
    const small = route({ ...plain, maxBodyBytes: 4 })
    expect(bodyText(event('1234'), small)).toBe('1234')
    expect(problemOf(() => bodyText(event('12345'), small)).code).toBe('body_too_large')
  })
})

describe('a JSON body', () => {
  it.each(['', ' ', '\r\n\t'])('is absent when it is %j', (text) => {
    expect(parseJson(text)).toBeUndefined()
  })

  it.each(['{', '{"a":}', "{'a':1}", 'a=1&b=2', '{"a":1}x', '\u0000', '[1,]'])(
    'is refused when it is %j',
    (text) => {
      expect(problemOf(() => parseJson(text))).toMatchObject({
        code: 'invalid_json',
        fields: [{ path: 'body', reason: 'must be valid JSON' }],
      })
    },
  )

  it.each(['"\\ud800"', '{"a":["x\\udfffy"]}', '{"\\uD800":1}'])(
    'is refused when it holds half a character: %s',
    (text) => {
      expect(problemOf(() => parseJson(text))).toMatchObject({
        code: 'invalid_json',
        fields: [{ path: 'body', reason: 'must be well-formed Unicode' }],
      })
    },
  )

  it.each(['"\\ud83d\\ude00"', String.raw`"\\ud800"`, '"😀"'])(
    'may hold whole characters in any form: %s',
    (text) => {
      expect(parseJson(text)).toBe(JSON.parse(text))
    },
  )

  it('may be any JSON value, nested however deep', () => {
    expect(parseJson('null')).toBeNull()
    expect(parseJson('"text"')).toBe('text')
    expect(parseJson(`${'['.repeat(30_000)}${']'.repeat(30_000)}`)).toHaveLength(1)
  })
})
