import { createServer, type Server } from 'node:net'

/** A stand-in that is up. All of them listen on 127.0.0.1 only, because none of them authenticates its callers. */
export interface Running {
  readonly port: number
  /** Where clients connect, e.g. `http://127.0.0.1:8000`. */
  readonly url: string
  /** Ends the stand-in and its connections; resolves once the port is free. Calling it twice is harmless. */
  readonly stop: () => Promise<void>
}

export const LOOPBACK = '127.0.0.1'

/**
 * Listens on the loopback interface.
 * @param port 0 for any free port
 * @returns the port in use
 * @throws Error that says in one sentence that the port is taken
 */
export function listen(server: Server, port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void =>
      reject(
        error.code === 'EADDRINUSE' ? new Error(`Port ${port} is already in use.`, { cause: error }) : error,
      )
    server.once('error', failed)
    server.listen(port, LOOPBACK, () => {
      server.off('error', failed)
      resolve(portOf(server))
    })
  })
}

/** Stops listening; resolves when the last connection has ended, so end those first. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}

/**
 * A port that was free a moment ago, for programs that cannot report which one they chose.
 * @param port a wish; 0 for any
 * @throws Error when the wished port is taken
 */
export async function freePort(port = 0): Promise<number> {
  const server = createServer()
  const found = await listen(server, port)
  await close(server)
  return found
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string')
    throw new Error('The server is not listening on a TCP port.')
  return address.port
}
