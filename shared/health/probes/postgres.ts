import * as z from 'zod'
import type { TargetOf } from '../check.ts'
import { openSocket } from '../network/connect.ts'
import { untilAborted, withinOrNothing } from '../network/deadline.ts'
import { ProbeFailure } from '../failure.ts'
import { signIn, type PostgresSession } from './postgres/session.ts'
import { parsePostgresUrl, type PostgresServer } from './postgres/url.ts'
import type { Measurements, Probe, ProbeServices } from '../probe.ts'

/** What follows the measured part (counting connections, saying goodbye) gets so much of the time that is left, each. */
const SHARE_OF_REST = 0.3

/**
 * Connects, signs in and runs `SELECT 1`, which is the latency. Then it counts the connections in use: without an
 * answer to that, the check succeeds without `connections_used` and `connections_max`.
 */
export const postgresProbe: Probe<'postgres'> = async (target, { signal, timeoutMs }, services) => {
  const { effects } = services
  const deadlineMs = effects.monotonicMs() + timeoutMs
  const server = await untilAborted(serverOf(target, services), signal)
  const startedAt = effects.monotonicMs()
  const socket = await openSocket({ ...server, reachesPrivate: true }, signal)
  try {
    const session = await untilAborted(signIn(server, socket, signal), signal)
    await untilAborted(selectOne(session), signal)
    const latencyMs = effects.monotonicMs() - startedAt
    const limitMs = Math.max(deadlineMs - effects.monotonicMs(), 0) * SHARE_OF_REST
    const measurements = await withinOrNothing(countConnections(session), limitMs, effects)
    await withinOrNothing(session.end(), limitMs, effects)
    const message = 'The database accepted a connection and answered a query'
    return { ok: true, latencyMs, message, ...(measurements && { measurements }) }
  } finally {
    socket.destroy()
  }
}

async function serverOf(target: TargetOf<'postgres'>, services: ProbeServices): Promise<PostgresServer> {
  const server = parsePostgresUrl(target.url)
  return target.iamAuth ? { ...server, password: await authToken(server, services) } : server
}

/** An RDS IAM token, which serves as the password for 15 minutes. It is signed here, without a call to AWS. */
async function authToken(server: PostgresServer, { region, s3 }: ProbeServices): Promise<string> {
  if (server.sslMode === 'disable') {
    throw new ProbeFailure('configuration', 'Signing in with IAM needs TLS: set sslmode to verify-full')
  }
  // Loaded here, because most databases sign in with a password.
  const { Signer } = await import('@aws-sdk/rds-signer')
  const { host: hostname, port, user: username } = server
  return new Signer({ hostname, port, username, region, credentials: s3.config.credentials }).getAuthToken()
}

const One = z.tuple([z.strictObject({ one: z.literal(1) })])

async function selectOne(session: PostgresSession): Promise<void> {
  if (One.safeParse(await session.query('SELECT 1 AS one')).success) return
  throw new ProbeFailure('protocol', 'The database gave a wrong answer to SELECT 1')
}

const Connections = z.tuple([z.strictObject({ used: z.int(), max: z.int() })])

/** Connections to a database; the server's own workers have none. Every role may see these two columns. */
const CONNECTIONS = `SELECT count(datid)::int AS used, current_setting('max_connections')::int AS max FROM pg_stat_activity`

async function countConnections(session: PostgresSession): Promise<Measurements> {
  const [{ used, max }] = Connections.parse(await session.query(CONNECTIONS))
  return { connections_used: used, connections_max: max }
}
