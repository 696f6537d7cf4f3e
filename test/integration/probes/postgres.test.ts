import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { openSocket, secureSocket } from '../../../shared/health/network/connect.ts'
import { SSL_REQUEST } from '../../../shared/health/probes/postgres/wire.ts'
import { trustWith } from '../../../shared/health/probes/postgres/rds-certificates.ts'
import { postgresProbe } from '../../../shared/health/probes/postgres.ts'
import { outcomeOf } from '../../support/outcome.ts'
import { trustCertificates } from '../../support/certificates.ts'
import {
  authentication,
  errorMessage,
  inTls,
  message,
  READY,
  row,
  script,
  SIGNED_IN,
  WANTS_PASSWORD,
  WANTS_SCRAM,
} from '../../support/postgres-server.ts'
import { closedPort, reply, silence, tcpServer } from '../../support/tcp-server.ts'

const PASSWORD = 'hunter2'
const url = (port: number, sslMode: string, password = PASSWORD) =>
  `postgres://operator:${password}@127.0.0.1:${port}/orders?sslmode=${sslMode}`
const target = (port: number, sslMode = 'disable') => ({ url: url(port, sslMode), iamAuth: false })
const HANG_MS = 600

let database: PGlite
let pglite: PGLiteSocketServer
let pglitePort: number

beforeAll(async () => {
  database = await PGlite.create()
  pglite = new PGLiteSocketServer({ db: database, port: 0, host: '127.0.0.1', maxConnections: 10 })
  await pglite.start()
  pglitePort = Number(pglite.getServerConn().split(':').pop())
}, 60_000)
afterAll(async () => {
  await pglite.stop()
  await database.close()
})

describe('a database that works', () => {
  it('is healthy and reports its connections against their maximum', async () => {
    const outcome = await outcomeOf(postgresProbe, target(pglitePort))
    expect(outcome).toMatchObject({
      ok: true,
      message: 'The database accepted a connection and answered a query',
    })
    expect(outcome).toHaveProperty('measurements.connections_max', 100)
    expect(outcome).toHaveProperty('measurements.connections_used', expect.any(Number))
    expect(outcome.latencyMs).toBeGreaterThan(0)
  })

  it.each([
    ['refuses to count connections', errorMessage('42501', 'permission denied')],
    ['counts them in words', row('used', 'many')],
  ])('is healthy without measurements when it %s', async (_, count) => {
    const answers = [Buffer.concat([SIGNED_IN, READY]), row('one', '1'), Buffer.concat([count, READY])]
    const server = await tcpServer(script(...answers))
    const outcome = await outcomeOf(postgresProbe, target(server.port))
    expect(outcome).toMatchObject({ ok: true })
    expect(outcome).not.toHaveProperty('measurements')
  })

  it('is healthy without measurements when counting connections hangs, within its time', async () => {
    const server = await tcpServer(script(Buffer.concat([SIGNED_IN, READY]), row('one', '1')))
    const outcome = await outcomeOf(postgresProbe, target(server.port), { timeoutMs: 1_500 })
    expect(outcome).toMatchObject({ ok: true })
    expect(outcome).not.toHaveProperty('measurements')
    await server.released()
  })
})

describe('a database that hangs', () => {
  it.each([
    ['before it answers', 'disable', silence],
    ['before it agrees to TLS', 'require', silence],
    ['in the TLS handshake', 'require', reply('S')],
    ['after the password', 'disable', script(WANTS_PASSWORD)],
    ['before it is ready', 'disable', script(SIGNED_IN)],
    ['in the query', 'disable', script(Buffer.concat([SIGNED_IN, READY]))],
    ['in the query, in TLS', 'require', inTls('valid', script(Buffer.concat([SIGNED_IN, READY])))],
  ])('%s costs its timeout and no socket', async (_, sslMode, serve) => {
    const server = await tcpServer(serve)
    const outcome = await outcomeOf(postgresProbe, target(server.port, sslMode), { timeoutMs: HANG_MS })
    expect(outcome).toMatchObject({ ok: false, reason: 'timeout', message: 'There was no answer in time' })
    await server.released()
  })
})

describe('a database that turns us away', () => {
  it('reports a refused connection', async () => {
    const outcome = await outcomeOf(postgresProbe, target(await closedPort()))
    expect(outcome).toMatchObject({ ok: false, reason: 'refused', message: 'The connection was refused' })
  })

  it('reports a connection that is closed without an answer', async () => {
    const server = await tcpServer((socket) => socket.end())
    expect(await outcomeOf(postgresProbe, target(server.port))).toMatchObject({
      ok: false,
      reason: 'refused',
    })
    expect(await outcomeOf(postgresProbe, target(server.port, 'require'))).toMatchObject({
      reason: 'refused',
    })
  })

  it('reports a wrong password and tells nothing of it, the user or the address', async () => {
    const text = `password authentication failed for user "operator" with ${PASSWORD} at 127.0.0.1`
    const server = await tcpServer(script(WANTS_PASSWORD, errorMessage('28P01', text)))
    const outcome = await outcomeOf(postgresProbe, target(server.port))
    expect(outcome).toMatchObject({
      ok: false,
      reason: 'denied',
      message: 'The database refused the sign-in',
    })
    expect(JSON.stringify(outcome)).not.toMatch(
      new RegExp(`operator|${PASSWORD}|127\\.0|${server.port}|orders`),
    )
    await server.released()
  })

  it('reports a missing password and does not look for one elsewhere', async () => {
    const server = await tcpServer(script(WANTS_SCRAM, authentication(11, 'r=nonce,s=c2FsdA==,i=4096')))
    const outcome = await outcomeOf(postgresProbe, { url: url(server.port, 'disable', ''), iamAuth: false })
    expect(outcome).toMatchObject({
      ok: false,
      reason: 'denied',
      message: 'Signing in to the database failed',
    })
  })

  it('reports a database without free connections', async () => {
    const server = await tcpServer(reply(errorMessage('53300', 'sorry, too many clients already')))
    const outcome = await outcomeOf(postgresProbe, target(server.port))
    expect(outcome).toMatchObject({ reason: 'refused', message: 'The database has no free connections' })
  })
})

describe('a server that is no database', () => {
  it.each([
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['a MySQL greeting', Buffer.from('4a0000000a382e302e3336000800000049', 'hex')],
    ['an error message without an end', message('E', 'SFATAL\0Mnever ends')],
    ['an error message with bytes after its end', message('E', 'SFATAL\0\0more')],
    ['an unknown way to sign in', authentication(99)],
    ['a row that ends early', Buffer.concat([SIGNED_IN, READY, message('T', Buffer.from([0x7f, 0xff]))])],
    ['a message of 4 GB', Buffer.from('52ffffffff', 'hex')],
    ['a message shorter than its header', Buffer.from('5200000000', 'hex')],
  ])('is told by its reply: %s', async (_, bytes) => {
    const server = await tcpServer(reply(bytes))
    const outcome = await outcomeOf(postgresProbe, target(server.port))
    expect(outcome).toMatchObject({
      reason: 'protocol',
      message: 'The reply is not that of a PostgreSQL server',
    })
    await server.released()
  })

  it('is told by a wrong answer to SELECT 1', async () => {
    const server = await tcpServer(script(Buffer.concat([SIGNED_IN, READY]), row('one', '2')))
    const outcome = await outcomeOf(postgresProbe, target(server.port))
    expect(outcome).toMatchObject({
      reason: 'protocol',
      message: 'The database gave a wrong answer to SELECT 1',
    })
  })

  it.each([
    ['N', 'tls', 'The server does not support TLS'],
    ['E', 'refused', 'The database refused the connection'],
    ['HTTP/1.1 400 Bad Request', 'protocol', 'The reply is not that of a PostgreSQL server'],
    ['Sand more', 'protocol', 'The reply is not that of a PostgreSQL server'],
  ])('is told by its reply to the request for TLS: %s', async (bytes, reason, text) => {
    const server = await tcpServer(reply(bytes))
    const outcome = await outcomeOf(postgresProbe, target(server.port, 'require'))
    expect(outcome).toMatchObject({ ok: false, reason, message: text })
  })
})

/** Joins a connection to the real database. */
const throughPglite = (socket: Socket) => {
  const upstream = connect(pglitePort, '127.0.0.1')
  upstream.on('error', () => socket.destroy())
  socket.pipe(upstream).pipe(socket)
  socket.once('close', () => upstream.destroy())
}

describe('TLS', () => {
  it('is not trusted for a certificate of an unknown authority, unless sslmode is require', async () => {
    const server = await tcpServer(inTls('valid', throughPglite))
    const strict = await outcomeOf(postgresProbe, target(server.port, 'verify-full'))
    expect(strict).toMatchObject({ ok: false, reason: 'tls', message: 'The certificate is not trusted' })
    expect(await outcomeOf(postgresProbe, target(server.port, 'require'))).toMatchObject({ ok: true })
    await server.released()
  })

  it('is verified in full when the URL names no sslmode', async () => {
    onTestFinished(trustCertificates())
    const server = await tcpServer(inTls('valid', throughPglite))
    const outcome = await outcomeOf(postgresProbe, {
      url: `postgres://operator:${PASSWORD}@127.0.0.1:${server.port}/orders`,
      iamAuth: false,
    })
    expect(outcome).toMatchObject({ ok: true, measurements: { connections_max: 100 } })
    await server.released()
  })

  it('is not trusted for a certificate with another name', async () => {
    onTestFinished(trustCertificates())
    const server = await tcpServer(inTls('otherName', throughPglite))
    const outcome = await outcomeOf(postgresProbe, target(server.port, 'verify-full'))
    expect(outcome).toMatchObject({ reason: 'tls', message: 'The certificate is for another name' })
  })
})

describe('a file of certificate authorities', () => {
  const file = fileURLToPath(new URL('../../support/certificates/valid.pem', import.meta.url))

  it('is trusted beside those of Node', async () => {
    const server = await tcpServer(inTls('valid', silence))
    const signal = AbortSignal.timeout(5_000)
    const socket = await openSocket({ host: '127.0.0.1', port: server.port, reachesPrivate: true }, signal)
    socket.write(SSL_REQUEST)
    await once(socket, 'readable')
    socket.read()
    const secureContext = await trustWith(file)
    const secured = await secureSocket(socket, { host: '127.0.0.1', verify: true, secureContext }, signal)
    expect(secured.authorized).toBe(true)
    socket.destroy()
    await server.released()
  })

  it('may be missing', async () => {
    expect(await trustWith(`${file}.missing`)).toBeUndefined()
  })
})

describe('RDS IAM', () => {
  it('signs in with a token for this host, port and user', async () => {
    const received: Buffer[] = []
    const serve = inTls('valid', (socket) => {
      socket.on('data', (chunk: Buffer) => received.push(chunk))
      script(WANTS_PASSWORD, errorMessage('28000', 'no'))(socket)
    })
    const server = await tcpServer(serve)
    const outcome = await outcomeOf(postgresProbe, { url: url(server.port, 'require'), iamAuth: true })
    expect(outcome).toMatchObject({ reason: 'denied' })
    const sent = Buffer.concat(received).toString('latin1')
    expect(sent).toContain(`127.0.0.1:${server.port}/?Action=connect&DBUser=operator`)
    expect(sent).toContain('X-Amz-Credential=test-key-id')
    expect(sent).not.toContain(PASSWORD)
  })

  it('never sends a token without TLS', async () => {
    const outcome = await outcomeOf(postgresProbe, { url: url(1, 'disable'), iamAuth: true })
    expect(outcome).toMatchObject({
      reason: 'configuration',
      message: 'Signing in with IAM needs TLS: set sslmode to verify-full',
    })
  })
})
