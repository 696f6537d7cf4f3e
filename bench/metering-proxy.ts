import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { LIMITER_AGENT } from '../shared/rate-limits/open-limiter.ts'
import { close, listen, LOOPBACK, type Running } from '../local/emulators/running.ts'

/** What requests to DynamoDB cost. */
export interface Usage {
  readonly calls: number
  readonly readUnits: number
  readonly writeUnits: number
}

/** Stands between a function and DynamoDB and counts, so that the function itself need not ask for what it consumes. */
export interface MeteringProxy extends Running {
  /** What has been used since the last time this was asked. */
  readonly take: () => Usage
}

const NOTHING: Usage = { calls: 0, readUnits: 0, writeUnits: 0 }

const plus = (one: Usage, other: Usage): Usage => ({
  calls: one.calls + other.calls,
  readUnits: one.readUnits + other.readUnits,
  writeUnits: one.writeUnits + other.writeUnits,
})

const READS = new Set(['GetItem', 'BatchGetItem', 'Query'])

interface Answer {
  readonly ConsumedCapacity?: Consumed | readonly Consumed[]
}
interface Consumed {
  readonly CapacityUnits?: number
}

const unitsOf = ({ ConsumedCapacity: consumed = [] }: Answer): number =>
  [consumed].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)

const usageOf = (operation: string, units: number): Usage =>
  READS.has(operation)
    ? { calls: 1, readUnits: units, writeUnits: 0 }
    : { calls: 1, readUnits: 0, writeUnits: units }

/** How long a request takes is up to the machine, and so is whether the pipeline remembers it as a slow one. */
const isOwnSlowRequest = (body: string): boolean =>
  body.includes('"SLOW#') && body.includes('"service":{"S":"midwatch"}')

const operationOf = ({ headers }: IncomingMessage): string =>
  String(headers['x-amz-target']).replace(/^.*\./, '')

/**
 * The limiter reads its rules when a container starts, and asks every five seconds whether they have changed (half a read
 * unit): whichever operation is at work at that moment, it is no part of what that one costs.
 */
const isReadingRules = (request: IncomingMessage): boolean =>
  READS.has(operationOf(request)) && String(request.headers['user-agent']).includes(LIMITER_AGENT)

const PASSED_ON = ['content-type', 'authorization', 'x-amz-date', 'x-amz-target']

/** The emulator does not check signatures, but it wants them to be there. */
const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(PASSED_ON.map((name) => [name, String(headers[name])]))

/** Requests of the SDK and answers of the emulator are JSON objects. */
const parsed = (body: string): object => JSON.parse(body)

/**
 * Starts the proxy.
 * @param target URL of the DynamoDB that it passes everything on to
 */
export async function startMeteringProxy(target: string): Promise<MeteringProxy> {
  let used = NOTHING
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request)
    const asked = JSON.stringify({ ...parsed(body), ReturnConsumedCapacity: 'TOTAL' })
    const answer = await fetch(target, {
      method: 'POST',
      headers: headersOf(request),
      body: asked,
    })
    const reply = await answer.text()
    if (!isOwnSlowRequest(body) && !isReadingRules(request))
      used = plus(used, usageOf(operationOf(request), unitsOf(parsed(reply))))
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(reply)
  }
  const server = createServer((request, response) => {
    pass(request, response).catch((error: unknown) => response.destroy(asError(error)))
  })
  const port = await listen(server)
  const take = (): Usage => {
    const since = used
    used = NOTHING
    return since
  }
  const stop = async (): Promise<void> => {
    server.closeAllConnections()
    await close(server)
  }
  return { port, url: `http://${LOOPBACK}:${port}`, take, stop }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))
