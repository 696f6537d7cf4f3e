import { once } from 'node:events'
import type { Server as NetServer, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/**
 * Starts a TCP, HTTP or HTTPS server on a free port of 127.0.0.1 for the rest of the test.
 * @returns its port, and every socket that it has accepted
 */
export async function listen(server: NetServer): Promise<{ port: number; sockets: readonly Socket[] }> {
  const sockets: Socket[] = []
  server.on('connection', (socket: Socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port')
  return { port: address.port, sockets }
}

/** Resolves when the other side has closed the socket; the test's own timeout bounds the wait. */
export async function closed(socket: Socket | undefined): Promise<void> {
  if (!socket) throw new Error('There was no connection')
  if (socket.closed) return
  // Not `once` of node:events, which rejects when the connection ends with an error, as a destroyed one may.
  await new Promise((resolve) => socket.once('close', resolve))
}
