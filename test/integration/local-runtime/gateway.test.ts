import { request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createGateway } from '../../../local/gateway/gateway.ts'
import { startHttpServer } from '../../../local/gateway/server.ts'
import type { Invoke, Outcome } from '../../../local/host/invocation.ts'
import { Problem } from '../../../shared/kernel/errors.ts'
import { routes } from '../../../shared/manifest.ts'

const answering = (payload: unknown): Outcome => ({ ok: true, payload })

/** A gateway over the manifest whose functions are `invoke`, and whose tokens are all wrong. */
async function gateway(invoke: Invoke, integrationTimeoutMs = 30_000): Promise<string> {
  let requests = 0
  const server = await startHttpServer({
    port: 0,
    requestId: () => `request-${(requests += 1)}`,
    onError: () => undefined,
  })
  onTestFinished(() => server.stop())
  server.answerWith(
    createGateway({
      routes,
      functionNameOf: (route) => `${route.capability}-http`,
      authorize: () => {
        throw new Problem('unauthorized', { headers: { 'www-authenticate': 'Bearer' } })
      },
      invoke,
      cors: {
        allowOrigins: ['http://ours.example'],
        allowMethods: ['GET'],
        allowHeaders: ['authorization'],
        exposeHeaders: ['etag'],
        maxAgeSeconds: 60,
      },
      integrationTimeoutMs,
      now: () => Date.now(),
    }),
  )
  return `http://127.0.0.1:${server.port}`
}

const ok: Invoke = async () =>
  answering({ statusCode: 200, headers: { 'content-type': 'text/plain' }, body: 'hi' })

describe('the gateway', () => {
  test('hands a declared route to the function of its capability', async () => {
    const names: string[] = []
    const url = await gateway(async (name, event) => {
      names.push(name)
      return answering({
        statusCode: 201,
        headers: { ETag: '"1"' },
        cookies: ['a=1', 'b=2'],
        body: JSON.stringify(event),
      })
    })
    const response = await fetch(`${url}/health?x=1`)
    expect(response.status).toBe(201)
    expect(response.headers.get('etag')).toBe('"1"')
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(await response.json()).toMatchObject({
      routeKey: 'GET /health',
      queryStringParameters: { x: '1' },
    })
    expect(names).toEqual(['health-http'])
  })

  test('decodes an answer in base 64', async () => {
    const body = Buffer.from([1, 2, 255])
    const url = await gateway(async () =>
      answering({ statusCode: 200, body: body.toString('base64'), isBase64Encoded: true }),
    )
    const received = await (await fetch(`${url}/health`)).arrayBuffer()
    expect(Buffer.from(received)).toEqual(body)
  })

  test('takes an answer without a status code for the body itself', async () => {
    const url = await gateway(async () => answering({ hello: 1 }))
    const response = await fetch(`${url}/health`)
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ hello: 1 })
  })

  test('answers 404 problem+json where nothing is declared', async () => {
    const response = await fetch(`${await gateway(ok)}/nothing/here`)
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toMatchObject({ code: 'not_found', requestId: 'request-1' })
  })

  test('answers 405 with Allow where the method is not declared', async () => {
    const response = await fetch(`${await gateway(ok)}/health`, { method: 'POST', body: '{}' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD')
    expect(await response.json()).toMatchObject({ code: 'method_not_allowed' })
  })

  test('answers HEAD with the headers of GET and no body', async () => {
    const response = await fetch(`${await gateway(ok)}/health`, { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain')
    expect(await response.text()).toBe('')
  })

  test('asks for a token on every route that is not public, and invokes nothing', async () => {
    let invocations = 0
    const url = await gateway(async () => {
      invocations += 1
      return answering({})
    })
    for (const route of routes.filter(({ roles }) => roles !== 'public')) {
      const response = await fetch(url + route.path.replaceAll(/\{\w+\}/g, 'x'), { method: route.method })
      expect([route.path, response.status]).toEqual([route.path, 401])
      expect(response.headers.get('www-authenticate')).toBe('Bearer')
      await response.body?.cancel()
    }
    expect(invocations).toBe(0)
  })

  test('refuses a body of more than 10 MB, whether or not its size is announced', async () => {
    const url = await gateway(ok)
    const path = '/ping/00000000-0000-4000-8000-000000000000'
    const body = Buffer.alloc(10 * 1024 * 1024 + 1)
    const announced = await fetch(url + path, { method: 'POST', body })
    expect(announced.status).toBe(413)
    expect(await announced.json()).toMatchObject({ code: 'body_too_large' })
    const chunked = await answerTo(url + path, body)
    expect(chunked.statusCode).toBe(413)
  })

  test.each([
    ['a failed invocation', { ok: false, errorType: 'Error', message: 'secret' }, 500, 'internal'],
    ['throttling', { ok: false, errorType: 'TooManyRequestsException', message: '' }, 503, 'unavailable'],
    [
      'an event of more than 6 MB',
      { ok: false, errorType: 'RequestTooLargeException', message: '' },
      413,
      'body_too_large',
    ],
    ['an answer that makes no sense', answering({ statusCode: 'soon' }), 500, 'internal'],
  ] as const)('turns %s into problem+json without its cause', async (_, outcome, status, code) => {
    const url = await gateway(async () => outcome)
    const response = await fetch(`${url}/health`)
    expect(response.status).toBe(status)
    const body = await response.text()
    expect(JSON.parse(body)).toMatchObject({ status, code })
    expect(body).not.toContain('secret')
  })

  test('gives up on a function that takes too long', async () => {
    const url = await gateway(() => new Promise(() => {}), 20)
    const response = await fetch(`${url}/health`)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ code: 'unavailable' })
  })

  test('answers preflight requests of allowed origins by itself', async () => {
    const url = await gateway(ok)
    const preflight = (origin: string) =>
      fetch(`${url}/api/v1/ops/health`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET' },
      })
    const ours = await preflight('http://ours.example')
    expect(ours.status).toBe(204)
    expect(ours.headers.get('access-control-allow-origin')).toBe('http://ours.example')
    expect(ours.headers.get('access-control-allow-headers')).toBe('authorization')
    const other = await preflight('http://other.example')
    expect(other.status).toBe(204)
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('lets an allowed origin read errors too', async () => {
    const response = await fetch(`${await gateway(ok)}/api/v1/ops/health`, {
      headers: { origin: 'http://ours.example' },
    })
    expect(response.status).toBe(401)
    expect(response.headers.get('access-control-allow-origin')).toBe('http://ours.example')
  })

  test('answers Expect: 100-continue and then the request', async () => {
    const url = await gateway(ok)
    const answer = await answerTo(`${url}/ping/x`, Buffer.from('done'), { expect: '100-continue' })
    expect(answer.statusCode).toBe(200)
  })

  test.each([
    ['no HTTP', 'hello\r\n\r\n', '400'],
    [
      'headers of more than 10 KB',
      `GET /health HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(11_000)}\r\n\r\n`,
      '431',
    ],
  ])('refuses %s and goes on serving', async (_, bytes, status) => {
    const url = await gateway(ok)
    expect(await rawAnswer(url, bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })

  test('survives a client that leaves in the middle of its body', async () => {
    const url = await gateway(ok)
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.write('POST /ping/x HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf', () =>
      socket.resetAndDestroy(),
    )
    await new Promise((resolve) => socket.once('close', resolve))
    expect((await fetch(`${url}/health`)).status).toBe(200)
  })
})

/** Sends a body in chunks, its size unannounced. */
function answerTo(url: string, body: Buffer, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method: 'POST', headers: { 'transfer-encoding': 'chunked', ...headers } })
    sent.once('response', (response) => {
      response.resume()
      resolve(response)
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

async function rawAnswer(url: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(bytes)
  return text(socket)
}
