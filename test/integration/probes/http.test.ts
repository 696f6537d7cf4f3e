import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { createServer as createNetServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TargetOf } from '../../../shared/health/check.ts'
import { httpProbe } from '../../../shared/health/probes/http.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { VALID_UNTIL, certificates, trustCertificates } from '../../support/certificates.ts'
import { closed, listen } from '../../support/loopback.ts'
import { outcomeOf } from '../../support/outcome.ts'

const DAY_MS = 86_400_000

const target = (url: string, rest: Partial<TargetOf<'http'>> = {}): TargetOf<'http'> => ({
  url,
  method: 'GET',
  expectStatus: [200],
  reachesPrivate: true,
  ...rest,
})

async function serve(listener: RequestListener) {
  const { port, sockets } = await listen(createServer(listener))
  return { url: `http://127.0.0.1:${port}/secret-path`, sockets }
}

const endlessBody: RequestListener = (_, response) => {
  const pour = () => {
    while (response.write(Buffer.alloc(65_536, 'x'))) continue
    response.once('drain', pour)
  }
  pour()
}

async function serveSecurely(certificate: keyof typeof certificates) {
  const server = createSecureServer(certificates[certificate], (_, response) => response.end('hello'))
  const { port } = await listen(server)
  return `https://localhost:${port}/secret-path`
}

describe('a healthy target', () => {
  test('is reported with its status and latency', async () => {
    const { url } = await serve((_, response) => response.end('hello'))
    const outcome = await outcomeOf(httpProbe, target(url))
    expect(outcome).toEqual({
      ok: true,
      latencyMs: expect.any(Number),
      message: 'Answered 200',
      measurements: { status: 200 },
    })
    expect(outcome.latencyMs).toBeGreaterThan(0)
  })

  test('may answer any of the expected statuses, without a body', async () => {
    const { url } = await serve((_, response) => response.writeHead(204).end())
    expect(await outcomeOf(httpProbe, target(url, { expectStatus: [200, 204] }))).toMatchObject({
      ok: true,
      message: 'Answered 204',
    })
  })

  test('is asked by one request, as Midwatch, on a connection that is not kept', async () => {
    const requests: IncomingMessage[] = []
    const { url, sockets } = await serve((request, response) => {
      requests.push(request)
      response.end()
    })
    expect((await outcomeOf(httpProbe, target(url, { method: 'HEAD' }))).ok).toBe(true)
    expect(requests.map(({ method, url, headers }) => ({ method, url, headers }))).toEqual([
      {
        method: 'HEAD',
        url: '/secret-path',
        headers: {
          host: expect.any(String),
          'user-agent': 'Midwatch',
          accept: '*/*',
          connection: 'close',
        },
      },
    ])
    await closed(sockets[0])
  })

  test('satisfies what is expected of its body', async () => {
    const { url } = await serve((_, response) => response.end('{"services":[{"state":"ok"}]}'))
    const expectations = { bodyContains: 'services', json: { path: 'services.0', equals: { state: 'ok' } } }
    expect(await outcomeOf(httpProbe, target(url, expectations))).toMatchObject({ ok: true })
  })

  test('may send more than the probe reads, when nothing is expected of it', async () => {
    const { url, sockets } = await serve(endlessBody)
    expect(await outcomeOf(httpProbe, target(url))).toMatchObject({ ok: true })
    await closed(sockets[0])
  })
})

describe('a failing target', () => {
  test('is reported with the status that it answered', async () => {
    const { url, sockets } = await serve((_, response) => response.writeHead(503).end('top secret'))
    expect(await outcomeOf(httpProbe, target(url))).toMatchObject({
      ok: false,
      reason: 'unexpected',
      message: 'Answered 503, expected 200',
    })
    await closed(sockets[0])
  })

  test('is not followed to where it redirects', async () => {
    let visits = 0
    const inner = await serve((_, response) => {
      visits += 1
      response.end('metadata')
    })
    const { url } = await serve((_, response) => response.writeHead(302, { location: inner.url }).end())
    expect(await outcomeOf(httpProbe, target(url))).toMatchObject({
      ok: false,
      message: 'Answered 302, expected 200',
    })
    expect(await outcomeOf(httpProbe, target(url, { expectStatus: [302] }))).toMatchObject({ ok: true })
    expect(visits).toBe(0)
  })

  test.each([
    [{ bodyContains: 'all is well' }, 'The body does not contain the expected text'],
    [{ json: { path: 'state', equals: 'ok' } }, 'The JSON body holds another value at the expected path'],
    [{ json: { path: 'status', equals: 'ok' } }, 'The JSON body has no value at the expected path'],
  ])('is reported when its body is not as expected: %j', async (expectations, message) => {
    const { url } = await serve((_, response) => response.end('{"state":"top secret"}'))
    expect(await outcomeOf(httpProbe, target(url, expectations))).toMatchObject({
      ok: false,
      reason: 'unexpected',
      message,
    })
  })

  test('is reported when the body to look at is too large, and not read to its end', async () => {
    const { url, sockets } = await serve(endlessBody)
    expect(await outcomeOf(httpProbe, target(url, { bodyContains: 'y' }))).toMatchObject({
      ok: false,
      reason: 'unexpected',
      message: 'The body is larger than 256 KB',
    })
    await closed(sockets[0])
  })

  test('accepts a body of exactly 256 KB', async () => {
    const { url } = await serve((_, response) => response.end(Buffer.alloc(256 * 1024, 'x')))
    expect(await outcomeOf(httpProbe, target(url, { bodyContains: 'xxx' }))).toMatchObject({ ok: true })
  })

  test.each([
    ['nothing at all', ''],
    ['something that is not HTTP', 'SSH-2.0-OpenSSH_9.9\r\n\r\n'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['half a body', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'],
    ['an endless head', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(100_000)}`],
  ])('is reported when it sends %s and closes', async (_, text) => {
    const server = createNetServer((socket) => socket.once('data', () => socket.end(text)))
    const { port } = await listen(server)
    const outcome = await outcomeOf(httpProbe, target(`http://127.0.0.1:${port}/`))
    expect(outcome).toMatchObject({ ok: false, reason: expect.stringMatching(/^(?:protocol|refused)$/) })
  })

  test('is reported when it does not listen', async () => {
    expect(await outcomeOf(httpProbe, target('http://127.0.0.1:9/'))).toMatchObject({
      ok: false,
      reason: 'refused',
    })
  })
})

describe('a hanging target ends by its deadline and its connection is closed', () => {
  test('when it never answers', async () => {
    const { port, sockets } = await listen(createNetServer((socket) => socket.resume()))
    const outcome = await outcomeOf(httpProbe, target(`http://127.0.0.1:${port}/`), { timeoutMs: 600 })
    expect(outcome).toMatchObject({ ok: false, reason: 'timeout' })
    await closed(sockets[0])
  })

  test('when it never finishes the TLS handshake', async () => {
    const { port, sockets } = await listen(createNetServer((socket) => socket.resume()))
    const outcome = await outcomeOf(httpProbe, target(`https://127.0.0.1:${port}/`), { timeoutMs: 600 })
    expect(outcome).toMatchObject({ ok: false, reason: 'timeout' })
    await closed(sockets[0])
  })

  test.each(['head', 'body'])('when its %s drips', async (part) => {
    const head = part === 'head' ? 'HTTP/1.1 200 OK\r\nx: ' : 'HTTP/1.1 200 OK\r\n\r\n'
    const server = createNetServer((socket) => {
      socket.resume()
      socket.write(head)
      const drip = setInterval(() => socket.write('x'), 10)
      socket.once('close', () => clearInterval(drip))
    })
    const { port, sockets } = await listen(server)
    const outcome = await outcomeOf(httpProbe, target(`http://127.0.0.1:${port}/`), { timeoutMs: 600 })
    expect(outcome).toMatchObject({ ok: false, reason: 'timeout' })
    await closed(sockets[0])
  })
})

const daysBefore = (days: number) => ({
  effects: { ...systemEffects, now: () => VALID_UNTIL - days * DAY_MS },
})

describe('over TLS', () => {
  let distrust: () => void
  beforeAll(() => {
    distrust = trustCertificates()
  })
  afterAll(() => distrust())

  test('the days that the certificate has left are always measured', async () => {
    const url = await serveSecurely('valid')
    expect(await outcomeOf(httpProbe, target(url), daysBefore(60))).toMatchObject({
      ok: true,
      measurements: { status: 200, certificate_days_left: 60 },
    })
  })

  test('a certificate that expires too soon is a failure', async () => {
    const url = await serveSecurely('valid')
    const strict = target(url, { certificateDaysLeft: 14 })
    expect(await outcomeOf(httpProbe, strict, daysBefore(14))).toMatchObject({ ok: true })
    expect(await outcomeOf(httpProbe, strict, daysBefore(5))).toMatchObject({
      ok: false,
      reason: 'tls',
      message: 'The certificate expires in 5 days',
    })
  })

  test.each(['expired', 'otherName'] as const)(
    'a certificate that is %s is a failure',
    async (certificate) => {
      const url = await serveSecurely(certificate)
      expect(await outcomeOf(httpProbe, target(url))).toMatchObject({ ok: false, reason: 'tls' })
    },
  )

  test('a certificate that nobody vouches for is a failure', async () => {
    const url = await serveSecurely('valid')
    distrust()
    const outcome = await outcomeOf(httpProbe, target(url))
    trustCertificates()
    expect(outcome).toMatchObject({ ok: false, reason: 'tls' })
  })
})

const confined = (url: string) => outcomeOf(httpProbe, target(url, { reachesPrivate: false }))

describe('a target that does not say reachesPrivate', () => {
  test.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://0/',
    'http://2130706433/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://127.0.0.1.:8080/',
    'http://１２７.0.0.1/',
    'https://[::1]/',
    'http://[::]/',
    'http://[::127.0.0.1]/',
    'http://[::ffff:127.0.0.1]:8080/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fd00:ec2::254]/latest/meta-data/',
    'http://169.254.169.254/latest/meta-data/',
    'http://169.254.170.2/v2/credentials/',
    'http://10.0.0.1:8443/',
    'http://localhost/',
    'http://LOCALHOST:8080/',
    'https://localhost:8443/',
  ])('never connects to %s', async (url) => {
    expect(await confined(url)).toMatchObject({ ok: false, reason: 'denied' })
  })

  test('does not connect to a name of loopback on which something listens', async () => {
    const { port, sockets } = await listen(createServer((_, response) => response.end()))
    const url = `http://localhost:${port}/`
    expect(await outcomeOf(httpProbe, target(url))).toMatchObject({ ok: true })
    expect(await confined(url)).toMatchObject({ ok: false })
    expect(sockets).toHaveLength(1)
  })

  test.each(['http://192.0.2.1:22/', 'https://example.com:6379/', 'http://example.com:443443/'])(
    'is refused on the port of %s',
    async (url) => {
      expect(await confined(url)).toMatchObject({ ok: false, reason: 'configuration' })
    },
  )
})

test.each([
  '',
  'example.com',
  'ftp://example.com/',
  'file:///etc/passwd',
  'http://user:password@example.com/',
])('the target %j is refused', async (url) => {
  expect(await outcomeOf(httpProbe, target(url))).toMatchObject({ ok: false, reason: 'configuration' })
})

test('no message holds the host, the path or the body', async () => {
  const { url } = await serve((_, response) => response.writeHead(500).end('top secret'))
  const { port } = await listen(createNetServer((socket) => socket.destroy()))
  const outcomes = await Promise.all([
    outcomeOf(httpProbe, target(url)),
    outcomeOf(httpProbe, target(url, { expectStatus: [500] })),
    outcomeOf(httpProbe, target(url, { expectStatus: [500], bodyContains: 'public' })),
    outcomeOf(httpProbe, target(url, { expectStatus: [500], json: { path: 'a', equals: 1 } })),
    outcomeOf(httpProbe, target(url, { reachesPrivate: false })),
    outcomeOf(httpProbe, target('http://127.0.0.1/secret-path', { reachesPrivate: false })),
    outcomeOf(httpProbe, target('http://secret-host.invalid/secret-path')),
    outcomeOf(httpProbe, target('http://secret:secret@127.0.0.1/secret-path')),
    outcomeOf(httpProbe, target(`http://127.0.0.1:${port}/secret-path`)),
    outcomeOf(httpProbe, target(await serveSecurely('otherName'))),
  ])
  for (const { message } of outcomes)
    expect(message).not.toMatch(/secret|127\.0\.0\.1|localhost|:\/\/|elsewhere/)
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1)
})
