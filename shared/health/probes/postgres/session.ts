import { once } from 'node:events'
import type { Socket } from 'node:net'
import { Client } from 'pg'
import { secureSocket } from '../../network/connect.ts'
import { ProbeFailure } from '../../failure.ts'
import type { PostgresServer } from './url.ts'
import { guardedStream, SSL_REQUEST } from './wire.ts'
import { databaseTrust } from './rds-certificates.ts'

/** A signed-in connection. */
export interface PostgresSession {
  /** Runs one statement; gives its rows. */
  readonly query: (statement: string) => Promise<readonly unknown[]>
  /** Takes leave of the server; resolves when the connection is closed. */
  readonly end: () => Promise<void>
}

/**
 * Signs in over an open connection, in TLS unless the server's `sslMode` is `disable`. Whoever opened the connection
 * closes it.
 * @throws ProbeFailure, or the error of node:net, node:tls or `pg` (with its SQLSTATE); queries throw these too
 */
export async function signIn(
  server: PostgresServer,
  socket: Socket,
  signal: AbortSignal,
): Promise<PostgresSession> {
  const client = clientOn(
    server.sslMode === 'disable' ? socket : await startTls(server, socket, signal),
    server,
  )
  let broken: Error | undefined
  client.on('error', (error) => (broken ??= error))
  await client.connect().catch(explainSignIn)
  return {
    query: async (statement) => {
      // After the connection broke, a query fails with a general remark; what broke it says more.
      const result = await client
        .query<object>(statement)
        .catch((error: unknown) => Promise.reject(broken ?? error))
      return result.rows
    },
    end: () => client.end(),
  }
}

function clientOn(socket: Socket, { user, password, database }: PostgresServer): Client {
  return new Client({
    user,
    database,
    application_name: 'midwatch',
    // As a function, so that an empty one does not make `pg` look for another in the environment and in files.
    password: () => password,
    ssl: false,
    stream: () => guardedStream(socket),
  })
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
function explainSignIn(error: unknown): never {
  const plain = error instanceof Error && error.constructor === Error && !('code' in error)
  if (plain) throw new ProbeFailure('denied', 'Signing in to the database failed')
  throw error
}
