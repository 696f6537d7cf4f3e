import { request as upstreamRequest, type Agent, type IncomingMessage, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { awsError, throttled, type AwsReply } from './aws-errors.ts'
import type { FaultState } from './state.ts'

interface Target {
  readonly host: string
  readonly port: number
}

/**
 * The request listener of an http fault proxy.
 * @param agent keeps connections to the target open between requests
 */
export function httpConnections(
  target: Target,
  state: FaultState,
  agent: Agent,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    void handle(request, response).catch(() => request.socket.destroy())
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults } = state
    if (!state.select(operationOf(request))) return forward(request, response)
    if (!(await state.wait(faults.latencyMs, request.socket))) return
    if (faults.blackhole) return state.swallow(request.socket)
    if (faults.dropBefore || state.chance(faults.failPercent)) return state.drop(request.socket)
    if (faults.throttle) return answer(request, response, throttled(request))
    if (faults.status !== undefined) return answer(request, response, awsError(request, faults.status))
    return faults.dropAfterCommit ? forwardAndDrop(request) : forward(request, response)
  }

  function answer(request: IncomingMessage, response: ServerResponse, reply: AwsReply): void {
    state.counters.answered += 1
    request.resume()
    response.writeHead(reply.status, { 'content-type': reply.contentType, 'x-amzn-errortype': reply.code })
    response.end(reply.body)
  }

  function forward(request: IncomingMessage, response: ServerResponse): void {
    send(request, (reply) => {
      // A client that was killed meanwhile hears nothing any more.
      if (response.destroyed) return void reply.resume()
      response.writeHead(reply.statusCode ?? 502, reply.rawHeaders)
      // Whichever side breaks off, the other is cut too.
      pipeline(reply, response, (error) => error && request.socket.destroy())
    })
  }

  function forwardAndDrop(request: IncomingMessage): void {
    send(request, (reply) => reply.resume().once('end', () => state.drop(request.socket)))
  }

  function send(request: IncomingMessage, onReply: (reply: IncomingMessage) => void): void {
    const { method, url: path } = request
    const upstream = upstreamRequest({ ...target, agent, method, path, headers: request.headers }, onReply)
    // The client learns of a dead target as it would without the proxy: its connection ends.
    upstream.on('error', () => request.socket.destroy())
    request.pipe(upstream)
    request.once('close', () => request.complete || upstream.destroy())
  }
}

/** `DynamoDB_20120810.PutItem` → `PutItem`. */
function operationOf(request: IncomingMessage): string | undefined {
  const header = request.headers['x-amz-target']
  return typeof header === 'string' ? header.slice(header.indexOf('.') + 1) : undefined
}
