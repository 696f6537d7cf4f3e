import { Agent, createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { close, listen, LOOPBACK, type Running } from '../../local/emulators/running.ts'

/** What was asked of the store. */
export interface Load {
  readonly calls: number
  /** As DynamoDB bills them: a failed condition costs as much as a write. */
  readonly writeUnits: number
  readonly throttled: number
}

/** Stands before DynamoDB: as far away as AWS is, with a bill, and with as little capacity as one key has. */
export interface SlowStore extends Running {
  /** What was asked since the last time this was asked. */
  readonly take: () => Load
  /** @param writesASecond what it lets through from now on; the rest is throttled; `undefined` lifts that */
  readonly cap: (writesASecond: number | undefined) => void
}

const NOTHING: Load = { calls: 0, writeUnits: 0, throttled: 0 }

const TOO_MUCH = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The level of configured provisioned throughput for the table was exceeded.',
})

/** Units that the emulator reports; a refused condition reports none, and costs what the item's KBs do: 1 here. */
function unitsOf(status: number, reply: string): number {
  if (status !== 200) return reply.includes('ConditionalCheckFailed') ? 1 : 0
  return Number(/"CapacityUnits":([\d.]+)/.exec(reply)?.[1] ?? 0)
}

/** Lets so many through in each second. */
function capacity(writesASecond: number): () => boolean {
  let second = 0
  let passed = 0
  return () => {
    const current = Math.floor(performance.now() / 1000)
    if (current !== second) passed = 0
    second = current
    passed += 1
    return passed <= writesASecond
  }
}

const always = () => true
const READS = new Set(['GetItem', 'BatchGetItem', 'Query'])

/** Passes one request on. */
function forward(target: URL, agent: Agent, request: IncomingMessage, body: string) {
  return new Promise<{ status: number; reply: string }>((resolve, reject) => {
    const headers = { ...request.headers, 'content-length': String(Buffer.byteLength(body)) }
    const upstream = send(target, { method: 'POST', headers, agent }, (answer) => {
      text(answer).then((reply) => resolve({ status: answer.statusCode ?? 502, reply }), reject)
    })
    upstream.on('error', reject)
    upstream.end(body)
  })
}

/** Requests are JSON objects, and do not say that they want to know what they cost. */
const asksForCost = (body: string): string => `${body.slice(0, -1)},"ReturnConsumedCapacity":"TOTAL"}`

/**
 * @param target URL of the DynamoDB that everything is passed on to
 * @param latencyMs added to each call
 */
export async function startSlowStore(target: string, latencyMs: number): Promise<SlowStore> {
  const agent = new Agent({ keepAlive: true })
  const url = new URL(target)
  let load = NOTHING
  let hasCapacity = always

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const operation = String(request.headers['x-amz-target']).replace(/^.*\./, '')
    const isWrite = !READS.has(operation)
    const body = await text(request)
    const isThrottled = isWrite && !hasCapacity()
    load = { ...load, calls: load.calls + 1, throttled: load.throttled + Number(isThrottled) }
    await delay(latencyMs)
    const { status, reply } = isThrottled
      ? { status: 400, reply: TOO_MUCH }
      : await forward(url, agent, request, asksForCost(body))
    if (isWrite) load = { ...load, writeUnits: load.writeUnits + unitsOf(status, reply) }
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(reply)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  const port = await listen(server)
  return {
    port,
    url: `http://${LOOPBACK}:${port}`,
    take: () => {
      const taken = load
      load = NOTHING
      return taken
    },
    cap: (writesASecond) => (hasCapacity = writesASecond === undefined ? always : capacity(writesASecond)),
    stop: async () => {
      agent.destroy()
      server.closeAllConnections()
      await close(server)
    },
  }
}
