import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { handler } from '../../../functions/reference/http.ts'
import type { HttpEvent, HttpResult } from '../../../shared/kernel/http/exchange.ts'

beforeEach(() => {
  vi.stubEnv('MIDWATCH_TABLE', 'none')
  vi.stubEnv('MIDWATCH_VERSION', '1.2.3')
  vi.stubEnv('AWS_REGION', 'us-east-1')
})
afterEach(() => void vi.unstubAllEnvs())

/** An event holds far more than the pipeline reads. */
const asEvent = (event: object) => event as HttpEvent

const context = { getRemainingTimeInMillis: () => 29_000, awsRequestId: 'r-1' }

/** The context, too. */
const asContext = (value: object) => value as Parameters<typeof handler>[1]

function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<HttpResult> {
  const http = { method, path, sourceIp: '192.0.2.1' }
  const event = { routeKey: `${method} ${path}`, headers, requestContext: { requestId: 'r-1', http } }
  return Promise.resolve(handler(asEvent(event), asContext(context)))
}

describe.each(['/docs', '/docs/errors'])('GET %s', (path) => {
  test('answers a page under the strict content security policy', async () => {
    const { statusCode, headers, body } = await get(path)
    expect(statusCode).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'public, max-age=300',
      'x-content-type-options': 'nosniff',
    })
    expect(headers?.['content-security-policy']).toMatch(/^default-src 'none'/)
    expect(body).toMatch(/^<!doctype html>/)
  })

  test('is answered 304 to a caller that holds the same page', async () => {
    const first = await get(path)
    const second = await get(path, { 'if-none-match': String(first.headers?.['etag']) })
    expect(second.statusCode).toBe(304)
    expect(second.body).toBeUndefined()
  })

  test('answers HEAD without the page', async () => {
    const { statusCode, body } = await get(path, {}, 'HEAD')
    expect(statusCode).toBe(200)
    expect(body).toBeUndefined()
  })
})

describe('GET /api/v1/openapi.json', () => {
  test('answers the document of this version, with an ETag', async () => {
    const { statusCode, headers, body } = await get('/api/v1/openapi.json')
    expect(statusCode).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
    })
    expect(headers?.['etag']).toMatch(/^"[0-9a-f]{32}"$/)
    expect(JSON.parse(body ?? '')).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } })
  })
})
