import { describe, expect, test } from 'vitest'
import { eventOf, type EventContext, type WireRequest } from '../../../local/gateway/event.ts'
import { routeLookup } from '../../../local/gateway/routes.ts'
import { routes } from '../../../shared/manifest.ts'

const lookup = routeLookup(routes)

const request: WireRequest = {
  method: 'GET',
  target: '/health',
  headers: [
    ['Host', 'localhost:3000'],
    ['User-Agent', 'curl/8.0'],
  ],
  body: Buffer.alloc(0),
  sourceIp: '127.0.0.1',
  port: 3000,
  protocol: 'HTTP/1.1',
}

function eventFor(changes: Partial<WireRequest>, context: Partial<EventContext> = {}) {
  const wire = { ...request, ...changes }
  const found = lookup(wire.method, wire.target.split('?')[0] ?? '')
  if (!found.found) throw new Error('No route matches.')
  const nowMs = Date.UTC(2025, 10, 20, 23, 5, 9)
  return eventOf(wire, { match: found.match, requestId: 'request-1', nowMs, ...context })
}

const posted = (contentType: string | undefined, body: string | Buffer) =>
  eventFor({
    method: 'POST',
    target: '/api/v1/ops/slow-requests',
    headers: contentType === undefined ? [] : [['Content-Type', contentType]],
    body: Buffer.from(body),
  })

describe('an event of payload format 2.0', () => {
  test('names the declared route and describes the request', () => {
    const event = eventFor({ target: '/health?verbose=1' })
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /health',
      rawPath: '/health',
      rawQueryString: 'verbose=1',
      isBase64Encoded: false,
      requestContext: {
        http: {
          method: 'GET',
          path: '/health',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'curl/8.0',
        },
        requestId: 'request-1',
        routeKey: 'GET /health',
        stage: '$default',
        time: '20/Nov/2025:23:05:09 +0000',
        timeEpoch: 1_763_679_909_000,
      },
    })
  })

  test('leaves out what is not there', () => {
    const event = eventFor({})
    for (const absent of ['body', 'cookies', 'queryStringParameters', 'pathParameters']) {
      expect(event).not.toHaveProperty(absent)
    }
    expect(event.requestContext).not.toHaveProperty('authorizer')
  })

  test('names HEAD in the route key of a GET route', () => {
    expect(eventFor({ method: 'HEAD' }).routeKey).toBe('HEAD /health')
  })

  test('writes header names in lower case and joins repeated headers by a comma', () => {
    const { headers } = eventFor({
      headers: [
        ['X-Tag', 'a'],
        ['x-tag', 'b'],
      ],
    })
    expect(headers['x-tag']).toBe('a,b')
    expect(headers).not.toHaveProperty('X-Tag')
  })

  test('adds the caller to x-forwarded-for', () => {
    const { headers } = eventFor({ headers: [['X-Forwarded-For', '10.0.0.9']] })
    expect(headers).toMatchObject({ 'x-forwarded-for': '10.0.0.9,127.0.0.1', 'x-forwarded-proto': 'http' })
  })

  test('moves cookies from the headers into a list', () => {
    const event = eventFor({ headers: [['Cookie', 'a=1; b=2']] })
    expect(event.cookies).toEqual(['a=1', 'b=2'])
    expect(event.headers).not.toHaveProperty('cookie')
  })

  test('decodes query parameters and joins repeated ones by a comma, and keeps the raw query', () => {
    const event = eventFor({ target: '/health?q=a%20b&tag=x&tag=y&empty=' })
    expect(event.queryStringParameters).toEqual({ q: 'a b', tag: 'x,y', empty: '' })
    expect(event.rawQueryString).toBe('q=a%20b&tag=x&tag=y&empty=')
  })

  test('hands a query parameter named __proto__ over like any other', () => {
    const { queryStringParameters = {} } = eventFor({ target: '/health?__proto__=x' })
    expect(Object.entries(queryStringParameters)).toEqual([['__proto__', 'x']])
  })

  test('decodes path parameters and the raw path', () => {
    const event = eventFor({ target: '/api/v1/ops/health/checks/a%20b/history' })
    expect(event.pathParameters).toEqual({ check: 'a b' })
    expect(event.rawPath).toBe('/api/v1/ops/health/checks/a b/history')
  })

  test('hands over the verified claims as text', () => {
    const claims = { sub: 'u1', 'cognito:groups': '[admin viewer]' }
    expect(eventFor({}, { claims }).requestContext.authorizer).toEqual({ jwt: { claims, scopes: null } })
  })

  test.each(['application/json', 'application/json; charset=utf-8', 'text/plain', 'application/xml'])(
    'passes a body of type %s on as text',
    (contentType) => {
      expect(posted(contentType, '{"ü":1}')).toMatchObject({ body: '{"ü":1}', isBase64Encoded: false })
    },
  )

  test.each([
    'application/x-www-form-urlencoded',
    'application/octet-stream',
    'application/problem+json',
    undefined,
  ])('passes a body of type %s on in base 64, as AWS does', (contentType) => {
    const body = Buffer.from([0xff, 0x00]).toString('base64')
    expect(posted(contentType, Buffer.from([0xff, 0x00]))).toMatchObject({ body, isBase64Encoded: true })
  })
})
