import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { redisProbe } from '../../../shared/health/probes/redis.ts'
import { outcomeOf } from '../../support/outcome.ts'
import { certificates, trustCertificates } from '../../support/certificates.ts'
import { closedPort, reply, silence, tcpServer } from '../../support/tcp-server.ts'

const PASSWORD = 'pässword'
const target = (port: number, userInfo = '', scheme = 'redis') => ({
  url: `${scheme}://${userInfo}127.0.0.1:${port}`,
  reachesPrivate: true,
})

/** A Redis that wants the password, if any, and knows AUTH and PING. Commands come as RESP arrays, several in one piece. */
const redis = (password?: string) => (socket: Socket) => {
  let signedIn = password === undefined
  const answer = ([name, ...words]: readonly string[]): string => {
    if (name === 'AUTH' && password === undefined)
      return '-ERR AUTH called without any password configured\r\n'
    if (name === 'AUTH') signedIn = words.at(-1) === password
    if (name === 'AUTH') return signedIn ? '+OK\r\n' : '-WRONGPASS invalid username-password pair\r\n'
    return signedIn ? '+PONG\r\n' : '-NOAUTH Authentication required.\r\n'
  }
  socket.on('data', (chunk: Buffer) => {
    const commands = chunk
      .toString('utf8')
      .split(/^\*\d+\r\n/m)
      .slice(1)
    for (const command of commands)
      socket.write(answer(command.split('\r\n').filter((_, index) => index % 2 === 1)))
  })
}

describe('a server that works', () => {
  it('answers PING', async () => {
    const server = await tcpServer(redis())
    const outcome = await outcomeOf(redisProbe, target(server.port))
    expect(outcome).toMatchObject({ ok: true, message: 'The server answered PING' })
    expect(outcome.latencyMs).toBeGreaterThan(0)
    await server.released()
  })

  it.each([`:${encodeURIComponent(PASSWORD)}@`, `operator:${encodeURIComponent(PASSWORD)}@`])(
    'accepts its password: %s',
    async (userInfo) => {
      const server = await tcpServer(redis(PASSWORD))
      expect(await outcomeOf(redisProbe, target(server.port, userInfo))).toMatchObject({ ok: true })
    },
  )

  it('is understood when its answer comes byte by byte', async () => {
    const server = await tcpServer((socket) => {
      socket.setNoDelay(true)
      const bytes = '+PONG\r\n'.split('')
      const next = () => {
        const byte = bytes.shift()
        if (byte) socket.write(byte, () => setImmediate(next))
      }
      socket.once('data', next)
    })
    expect(await outcomeOf(redisProbe, target(server.port))).toMatchObject({ ok: true })
  })
})

describe('a server that turns us away', () => {
  it('reports a refused connection', async () => {
    const outcome = await outcomeOf(redisProbe, target(await closedPort()))
    expect(outcome).toMatchObject({ ok: false, reason: 'refused', message: 'The connection was refused' })
  })

  it('reports a wrong password and tells nothing of it, the user or the address', async () => {
    const server = await tcpServer(redis(PASSWORD))
    const outcome = await outcomeOf(redisProbe, target(server.port, 'operator:hunter2@'))
    expect(outcome).toMatchObject({ ok: false, reason: 'denied', message: 'The server refused the sign-in' })
    expect(JSON.stringify(outcome)).not.toMatch(new RegExp(`operator|hunter2|127\\.0|${server.port}`))
    await server.released()
  })

  it('reports a missing password, and one that is not wanted', async () => {
    const locked = await tcpServer(redis(PASSWORD))
    const missing = await outcomeOf(redisProbe, target(locked.port))
    expect(missing).toMatchObject({ reason: 'denied', message: 'The server wants a password' })
    const open = await tcpServer(redis())
    const unwanted = await outcomeOf(redisProbe, target(open.port, ':hunter2@'))
    expect(unwanted).toMatchObject({ reason: 'denied', message: 'The server refused the sign-in' })
  })

  it('reports a connection that is closed without an answer', async () => {
    const server = await tcpServer((socket) => socket.once('data', () => socket.end()))
    const outcome = await outcomeOf(redisProbe, target(server.port))
    expect(outcome).toMatchObject({ reason: 'refused', message: 'The server closed the connection' })
  })

  it.each(['127.0.0.1', '[::1]', 'localhost'])(
    'is not called at a private address unless it may be: %s',
    async (host) => {
      const url = `redis://${host}:${await closedPort()}`
      const outcome = await outcomeOf(redisProbe, { url, reachesPrivate: false })
      expect(outcome).toMatchObject({
        reason: 'denied',
        message: 'The address is private; set reachesPrivate to allow it',
      })
    },
  )
})

describe('a server that hangs', () => {
  it.each([
    ['before it answers', 'redis', silence],
    ['in the middle of its answer', 'redis', reply('+PO')],
    ['in the TLS handshake', 'rediss', silence],
  ])('%s costs its timeout and no socket', async (_, scheme, serve) => {
    const server = await tcpServer(serve)
    const outcome = await outcomeOf(redisProbe, target(server.port, '', scheme), { timeoutMs: 600 })
    expect(outcome).toMatchObject({ ok: false, reason: 'timeout', message: 'There was no answer in time' })
    await server.released()
  })
})

describe('a server that is no Redis', () => {
  it.each([
    'HTTP/1.1 400 Bad Request\r\n\r\n',
    '$4\r\nPONG\r\n',
    '+PONG\r\n+PONG\r\n',
    '+pong\r\n',
    '\0\0\0',
    '\r\n',
  ])('is told by its reply: %j', async (text) => {
    const server = await tcpServer(reply(text))
    const outcome = await outcomeOf(redisProbe, target(server.port))
    expect(outcome).toMatchObject({ reason: 'protocol', message: 'The reply is not that of a Redis server' })
    await server.released()
  })

  it('is not listened to for ever', async () => {
    const server = await tcpServer((socket) => {
      const more = () => {
        while (!socket.destroyed && socket.write('-'.repeat(1_024)));
      }
      socket.on('drain', more).once('data', more)
    })
    const outcome = await outcomeOf(redisProbe, target(server.port))
    expect(outcome).toMatchObject({ reason: 'protocol', message: 'The reply is too long' })
    await server.released()
  })
})

describe('rediss', () => {
  const secured = (socket: Socket) => {
    const stream = new TLSSocket(socket, { isServer: true, ...certificates.valid })
    stream.on('error', () => undefined)
    redis(PASSWORD)(stream)
  }
  const userInfo = `:${encodeURIComponent(PASSWORD)}@`

  it.each(['127.0.0.1', 'localhost'])('signs in through TLS to a trusted server: %s', async (host) => {
    onTestFinished(trustCertificates())
    const server = await tcpServer(secured)
    const url = `rediss://${userInfo}${host}:${server.port}`
    expect(await outcomeOf(redisProbe, { url, reachesPrivate: true })).toMatchObject({ ok: true })
    await server.released()
  })

  it('trusts no certificate of an unknown authority', async () => {
    const server = await tcpServer(secured)
    const outcome = await outcomeOf(redisProbe, target(server.port, userInfo, 'rediss'))
    expect(outcome).toMatchObject({ reason: 'tls', message: 'The certificate is not trusted' })
    await server.released()
  })

  it('reports a server that speaks no TLS', async () => {
    const server = await tcpServer(reply('-ERR unknown command\r\n'))
    const outcome = await outcomeOf(redisProbe, target(server.port, userInfo, 'rediss'))
    expect(outcome).toMatchObject({ reason: 'tls', message: 'The TLS handshake failed' })
  })
})
