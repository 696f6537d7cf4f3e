import type { Socket } from 'node:net'
import { openSocket, secureSocket } from '../network/connect.ts'
import { ProbeFailure } from '../failure.ts'
import type { Probe } from '../probe.ts'
import { commands, parseRedisUrl, isAnswered, type RedisServer } from './redis/protocol.ts'

/** Replies to AUTH and PING take some tens of bytes; errors a few hundred. */
const MAX_REPLY_BYTES = 4_096

/** Connects, signs in when the URL names credentials, and sends PING. */
export const redisProbe: Probe<'redis'> = async (target, { signal }, { effects }) => {
  const server = parseRedisUrl(target.url)
  const startedAt = effects.monotonicMs()
  const socket = await openSocket({ ...server, reachesPrivate: target.reachesPrivate }, signal)
  try {
    await ping(server, socket, signal)
    return { ok: true, latencyMs: effects.monotonicMs() - startedAt, message: 'The server answered PING' }
  } finally {
    socket.destroy()
  }
}

async function ping(server: RedisServer, socket: Socket, signal: AbortSignal): Promise<void> {
  const { host } = server
  const stream = server.tls ? await secureSocket(socket, { host, verify: true }, signal) : socket
  stream.write(commands(server))
  let received = ''
  for await (const chunk of stream) {
    const bytes: Buffer = chunk
    received += bytes.toString('latin1')
    if (isAnswered(received, server)) return
    if (received.length > MAX_REPLY_BYTES) throw new ProbeFailure('protocol', 'The reply is too long')
  }
  throw new ProbeFailure('refused', 'The server closed the connection')
}
