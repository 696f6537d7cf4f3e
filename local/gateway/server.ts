import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { assertAcceptable } from './body.ts'
import { problemReply, send, type WireReply } from './reply.ts'
import { Problem } from '../../shared/kernel/errors.ts'

/** Answers one request. What it throws beside a `Problem` is answered as `internal`. */
export type Answer = (request: IncomingMessage, requestId: string) => Promise<WireReply>

/** An HTTP server on loopback whose answers can be put in place after it is listening. */
export interface HttpServer {
  readonly port: number
  readonly answerWith: (answer: Answer) => void
  readonly stop: () => Promise<void>
}

interface ServerOptions {
  /** 0 takes any free port. */
  readonly port: number
  readonly requestId: () => string
  readonly onError: (error: unknown) => void
}

/** API Gateway's limit for the request line and all headers together. */
const MAX_HEADER_BYTES = 10_240
/** Requests that still run when the server stops get this long. */
const DRAIN_MS = 2_000

const STATUS_LINES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

/** What cannot be parsed as HTTP is refused, and its connection closed. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const status = STATUS_LINES[error.code ?? ''] ?? '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

const starting: Answer = () =>
  Promise.reject(
    new Problem('unavailable', { detail: 'Midwatch is starting.', headers: { 'retry-after': '1' } }),
  )

/** Answers every request. What is left of a body that nobody read, node:http throws away after the answer. */
function respondTo(server: Server, options: ServerOptions, current: () => Answer): void {
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const requestId = options.requestId()
    try {
      send(response, await current()(request, requestId))
    } catch (error) {
      if (!(error instanceof Problem)) options.onError(error)
      const problem = error instanceof Problem ? error : new Problem('internal')
      send(response, problemReply(problem, requestId))
    }
  }
  server.on('request', (request, response) => void respond(request, response))
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    try {
      assertAcceptable(request)
      response.writeContinue()
    } catch {
      // `respond` meets the same limit, and answers it instead of 100.
    }
    void respond(request, response)
  })
  server.on('clientError', refuse)
}

function listenProblem(error: unknown, port: number): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use; choose another one with PORT, e.g. PORT=3001 npm start.`
  return `Port ${port} cannot be used (${code}); choose another one with PORT.`
}

/** A server that listens on TCP has an address of this form. */
const portOf = (server: Server) => (server.address() as AddressInfo).port

/**
 * Starts the server. Until `answerWith` is called, every request is told that Midwatch is starting.
 * @throws one sentence when the port is taken or not allowed
 */
export async function startHttpServer(options: ServerOptions): Promise<HttpServer> {
  let answer = starting
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES })
  respondTo(server, options, () => answer)
  server.listen(options.port, '127.0.0.1')
  await once(server, 'listening').catch((error: unknown) => {
    throw new Error(listenProblem(error, options.port), { cause: error })
  })
  const port = portOf(server)
  let stopped: Promise<void> | undefined
  return {
    port,
    answerWith: (next) => {
      answer = next
    },
    stop: () => (stopped ??= drain(server)),
  }
}

async function drain(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
  await closed
  clearTimeout(timer)
}
