import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Client } from 'pg'
import { secureSocket } from './connect.ts'
import { ProbeFailure } from './failure.ts'
import type { PostgresServer } from './postgres-url.ts'
import { guardedStream, SSL_REQUEST } from './postgres-wire.ts'
import { databaseTrust } from './rds-certificates.ts'

/**
 * Signs in over an open connection, in TLS unless the server's `sslMode` is `disable`.
 * @returns a client that is ready for queries
 * @throws ProbeFailure, or the error of node:net, node:tls or `pg` (with its SQLSTATE)
 */
export async function signIn(server: PostgresServer, socket: Socket, signal: AbortSignal): Promise<Client> {
  const stream = server.sslMode === 'disable' ? socket : await startTls(server, socket, signal)
  const { user, password, database } = server
  const client = new Client({
    user,
    database,
    application_name: 'midwatch',
    // As a function, so that an empty one does not make `pg` look for another in the environment and in files.
    password: () => password,
    ssl: false,
    stream: () => guardedStream(stream),
  })
  // The calls below report what breaks; afterwards there is nobody to tell.
  client.on('error', () => undefined)
  await client.connect().catch(rethrow)
  return client
}

async function startTls({ host, sslMode }: PostgresServer, socket: Socket, signal: AbortSignal) {
  socket.write(SSL_REQUEST)
  await once(socket, 'readable', { signal })
  const reply: unknown = socket.read()
  const answer = Buffer.isBuffer(reply) ? reply.toString('latin1') : ''
  if (answer !== 'S') throw noTls(answer)
  const secureContext = await databaseTrust()
  return secureSocket(socket, { host, verify: sslMode === 'verify-full', secureContext }, signal)
}

function noTls(answer: string): ProbeFailure {
  if (answer === '') return new ProbeFailure('refused', 'The server closed the connection')
  if (answer === 'N') return new ProbeFailure('tls', 'The server does not support TLS')
  if (answer.startsWith('E')) return new ProbeFailure('refused', 'The database refused the connection')
  return new ProbeFailure('protocol', 'The reply is not that of a PostgreSQL server')
}

/** `pg` throws plain errors for what it finds wrong in a sign-in; the database's own errors carry a code. */
function rethrow(error: unknown): never {
  const plain = error instanceof Error && error.constructor === Error && !('code' in error)
  if (plain) throw new ProbeFailure('denied', 'Signing in to the database failed')
  throw error
}
