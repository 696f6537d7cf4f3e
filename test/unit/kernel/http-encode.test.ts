import * as z from 'zod'
import { describe, expect, it } from 'vitest'
import { Problem } from '../../../shared/kernel/errors.ts'
import { encodeProblem, encodeReply } from '../../../shared/kernel/http/encode.ts'
import { route } from '../../../shared/kernel/route.ts'

const plain = {
  capability: 'alerts',
  method: 'GET',
  path: '/x',
  summary: 'A route',
  roles: 'public',
  limit: 'global_default',
  response: z.object({ name: z.string(), inner: z.object({ id: z.int() }).optional() }),
  errors: [],
  uses: [],
} as const
const json = route(plain)
const context = { requestId: 'request-1', head: false, ifNoneMatch: undefined }

describe('a reply', () => {
  it('is JSON that nobody may cache, with the id of its request', () => {
    expect(encodeReply(json, { body: { name: 'x' } }, context)).toEqual({
      statusCode: 200,
      headers: {
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-type': 'application/json',
        'x-request-id': 'request-1',
      },
      body: '{"name":"x"}',
    })
  })

  it('loses every field that its route does not declare, however deep', () => {
    const body = { name: 'x', secret: 'hunter2', inner: { id: 1, host: 'db.internal' } }
    expect(encodeReply(json, { body }, context).body).toBe('{"name":"x","inner":{"id":1}}')
  })

  it('is not sent when it is not what its route declares', () => {
    expect(() => encodeReply(json, { body: { name: 7 } }, context)).toThrow('expected string')
  })

  it('has the status of the reply, or of the route, or 200', () => {
    const accepted = route({ ...plain, status: 202 })
    expect(encodeReply(accepted, { body: { name: 'x' } }, context).statusCode).toBe(202)
    expect(encodeReply(accepted, { body: { name: 'x' }, status: 503 }, context).statusCode).toBe(503)
  })

  it('is text where its route says so, and has the headers that it names', () => {
    const text = route({ ...plain, contentType: 'text/plain', response: z.string() })
    const result = encodeReply(text, { body: 'OK', headers: { 'retry-after': '1' } }, context)
    expect(result.body).toBe('OK')
    expect(result.headers).toMatchObject({ 'content-type': 'text/plain', 'retry-after': '1' })
  })

  it('has no body for HEAD, and all else as for GET', () => {
    const { body: _body, ...rest } = encodeReply(json, { body: { name: 'x' }, version: 3 }, context)
    expect(encodeReply(json, { body: { name: 'x' }, version: 3 }, { ...context, head: true })).toEqual(rest)
    expect(rest.headers).toMatchObject({ etag: '"3"' })
  })

  it('is 304 and empty for a caller who holds this version', () => {
    const held = { ...context, ifNoneMatch: 'W/"3"' }
    const result = encodeReply(json, { body: { name: 'x' }, version: 3 }, held)
    expect(result).toMatchObject({ statusCode: 304, headers: { etag: '"3"' } })
    expect(result.body).toBeUndefined()
    expect(encodeReply(json, { body: { name: 'x' }, version: 4 }, held).statusCode).toBe(200)
    expect(encodeReply(json, { body: { name: 'x' } }, held).statusCode).toBe(200)
  })
})

describe('an error', () => {
  it('is problem+json with the status of its code and the headers of the problem', () => {
    const result = encodeProblem(
      new Problem('rate_limited', { headers: { 'retry-after': '9' } }),
      'request-1',
    )
    expect(result).toMatchObject({
      statusCode: 429,
      headers: {
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        'x-request-id': 'request-1',
        'retry-after': '9',
      },
    })
    expect(JSON.parse(result.body ?? '')).toMatchObject({ code: 'rate_limited', requestId: 'request-1' })
  })
})
