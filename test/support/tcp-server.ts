import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { closed, listen } from './loopback.ts'

interface TestServer {
  readonly port: number
  /** Resolves when every connection is over; fails when there was none. */
  readonly released: () => Promise<void>
}

async function start(server: Server): Promise<TestServer> {
  const { port, sockets } = await listen(server)
  const released = async () => {
    if (sockets.length === 0) throw new Error('There was no connection')
    await Promise.all(sockets.map(closed))
  }
  return { port, released }
}

/** A server that hands each connection to `serve`, for the rest of the test. */
export const tcpServer = (serve: (socket: Socket) => void): Promise<TestServer> => start(createServer(serve))

/** A server that hands each request to `serve`, for the rest of the test. */
export const httpServer = (serve: RequestListener): Promise<TestServer> => start(createHttpServer(serve))

/** Accepts, reads everything and never answers. */
export const silence = (socket: Socket): void => {
  socket.resume()
}

/** Answers the first bytes with `bytes`, then says no more. */
export const reply =
  (bytes: string | Buffer) =>
  (socket: Socket): void => {
    socket.once('data', () => socket.write(bytes))
  }

/** A port of 127.0.0.1 where nothing listens. */
export async function closedPort(): Promise<number> {
  const server = createServer()
  const { port } = await listen(server)
  server.close()
  return port
}
