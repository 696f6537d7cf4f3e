import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  type Message,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { batch } from '../functions/prober/batch.ts'
import { proberDeps, type ProberDeps } from '../functions/prober/deps.ts'
import { tick } from '../functions/prober/tick.ts'
import { listen } from '../local/emulators/running.ts'
import type { CheckInput } from '../shared/health/check.ts'
import { openContainer, type Container } from '../shared/kernel/container.ts'
import { required } from '../shared/kernel/env.ts'
import type { Table } from '../shared/kernel/table/table.ts'
import { definePlatform, type Platform } from '../shared/platforms/define.ts'
import { startLocalStack } from './local-stack.ts'
import { startMeteringProxy, type Usage } from './metering-proxy.ts'

const CHECKS = 1_000
/** As many as `tick` puts into one message. */
const BATCH_CHECKS = 50
/** Lambda would run all batches at once, each in a container of its own. Here they share one processor. */
const BATCHES_AT_ONCE = 3
const MINUTE_MS = 60_000
/** Ten past, so that no tick of this benchmark is the first of an hour. */
const START_MS = Date.parse('2026-02-15T12:10:00.000Z')
const HANGING = 'hanging'
const HANGING_TIMEOUT_MS = 5_000

/** What became of one tick. */
export interface TickResult {
  readonly wallMs: number
  /** CPU time of the prober, and of the targets and the queue, which run in its process; DynamoDB does not. */
  readonly cpuMs: number
  readonly recorded: number
  readonly messages: number
  /** When the last check but the hanging one was recorded, since the tick began. */
  readonly othersRecordedMs: number
  /** The same of the checks in the batch of the hanging one. */
  readonly sameBatchRecordedMs: number
  /** When the hanging check was recorded, since the tick began; absent without one. */
  readonly hangingRecordedMs: number | undefined
}

export interface ChecksResult {
  readonly checks: number
  readonly hangingTimeoutMs: number
  readonly plain: readonly TickResult[]
  readonly hanging: TickResult
  /** What one batch of 50 checks uses of DynamoDB. */
  readonly batchUsage: Usage
  readonly batchChecks: number
}

interface Targets {
  readonly tcpPort: number
  readonly httpUrl: string
  readonly hangingUrl: string
  readonly stop: () => void
}

async function startTargets(): Promise<Targets> {
  const tcp = createTcpServer((socket) => socket.on('error', () => socket.destroy()))
  const http = createHttpServer((_, response) => response.end('{"status":"ok"}'))
  const hanging = createHttpServer(() => undefined)
  const [tcpPort, httpPort, hangingPort] = await Promise.all([listen(tcp), listen(http), listen(hanging)])
  const stop = () => {
    tcp.close()
    for (const server of [http, hanging] satisfies Server[]) server.close().closeAllConnections()
  }
  return {
    tcpPort,
    httpUrl: `http://127.0.0.1:${httpPort}/status`,
    hangingUrl: `http://127.0.0.1:${hangingPort}/`,
    stop,
  }
}

const common = { component: 'api', severity: 'critical', runbook: 'docs/runbook.md#targets' } as const

/** Every other check connects, the rest ask for a page; `hanging` adds nothing but takes the place of the first. */
function platformOf({ tcpPort, httpUrl, hangingUrl }: Targets, hangs: boolean): Platform {
  const check = (_: unknown, index: number): CheckInput => {
    const named = { ...common, id: `check-${index}`, name: `Check ${index}` }
    return index % 2 === 0
      ? { ...named, kind: 'tcp', target: { host: '127.0.0.1', port: tcpPort, reachesPrivate: true } }
      : { ...named, kind: 'http', target: { url: httpUrl, reachesPrivate: true } }
  }
  const hanging: CheckInput = {
    ...common,
    id: HANGING,
    name: 'Hanging',
    kind: 'http',
    timeoutMs: HANGING_TIMEOUT_MS,
    target: { url: hangingUrl, reachesPrivate: true },
  }
  const checks = Array.from({ length: CHECKS }, check)
  return definePlatform({
    id: 'bench',
    name: 'Bench',
    version: '1.0.0',
    components: [{ id: 'api', name: 'API', description: 'The API' }],
    checks: hangs ? [hanging, ...checks.slice(1)] : checks,
  })
}

/** The table, noting when each check's result was committed. */
const noting = (table: Table, recordedAt: Map<string, number>): Table => ({
  ...table,
  commit: async (writes, writeId) => {
    const result = await table.commit(writes, writeId)
    for (const write of writes) {
      const pk = write.kind === 'put' ? write.item.pk : write.key.pk
      if (pk.startsWith('CHECK#')) recordedAt.set(pk.slice('CHECK#'.length), performance.now())
    }
    return result
  },
})

function depsOf(platform: Platform, container: Container): ProberDeps {
  const made = proberDeps(container)
  return { ...made, platform, runner: { ...made.runner, platformId: platform.id } }
}

async function receiveAll(sqs: SQSClient, QueueUrl: string): Promise<Message[]> {
  const received: Message[] = []
  for (;;) {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))
    if (Messages.length === 0) return received
    received.push(...Messages)
  }
}

/** Works the queue off, as Lambda's poller would: one batch an invocation, each container with clients of its own. */
async function workOff(makeDeps: () => ProberDeps, containers: number): Promise<number> {
  const { sqs, container } = makeDeps()
  const QueueUrl = required(container.env, 'MIDWATCH_PROBE_QUEUE_URL')
  const messages = await receiveAll(sqs, QueueUrl)
  const waiting = [...messages]
  const worker = async (): Promise<void> => {
    const deps = makeDeps()
    for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) {
      await batch(JSON.parse(message.Body ?? ''), deps)
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }))
    }
  }
  await Promise.all(Array.from({ length: containers }, worker))
  return messages.length
}

async function runTick(platform: Platform, slot: number, containers = BATCHES_AT_ONCE): Promise<TickResult> {
  const recordedAt = new Map<string, number>()
  const makeDeps = () => {
    const container = openContainer()
    return depsOf(platform, { ...container, table: noting(container.table, recordedAt) })
  }
  const scheduledAt = new Date(START_MS + slot * MINUTE_MS).toISOString()
  const cpu = process.cpuUsage()
  const startedMs = performance.now()
  await tick({ schedule: 'prober-tick', scheduledAt }, makeDeps())
  const messages = await workOff(makeDeps, containers)
  const wallMs = performance.now() - startedMs
  const { user, system } = process.cpuUsage(cpu)
  const hangingAt = recordedAt.get(HANGING)
  const firstBatch = new Set(platform.checks.slice(0, BATCH_CHECKS).map((check) => check.id))
  const others = [...recordedAt].filter(([id]) => id !== HANGING)
  const latest = (recorded: typeof others) => Math.max(...recorded.map(([, at]) => at)) - startedMs
  return {
    wallMs,
    cpuMs: (user + system) / 1000,
    recorded: recordedAt.size,
    messages,
    othersRecordedMs: latest(others),
    sameBatchRecordedMs: latest(others.filter(([id]) => firstBatch.has(id))),
    hangingRecordedMs: hangingAt === undefined ? undefined : hangingAt - startedMs,
  }
}

/** One batch through the metering proxy. */
async function meterBatch(platform: Platform, dynamodbUrl: string, slot: number): Promise<Usage> {
  const meter = await startMeteringProxy(dynamodbUrl)
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = meter.url
  const scheduledAt = new Date(START_MS + slot * MINUTE_MS).toISOString()
  const checks = platform.checks.slice(0, BATCH_CHECKS).map((check) => check.id)
  await batch({ scheduledAt, checks }, depsOf(platform, openContainer()))
  const usage = meter.take()
  await meter.stop()
  return usage
}

const stack = await startLocalStack()
Object.assign(process.env, stack.environment)
const targets = await startTargets()
const platform = platformOf(targets, false)
const plain = [await runTick(platform, 0), await runTick(platform, 1)]
// One more container, for one of them does nothing but wait.
const hanging = await runTick(platformOf(targets, true), 2, BATCHES_AT_ONCE + 1)
const batchUsage = await meterBatch(platform, stack.dynamodbUrl, 3)
targets.stop()
await stack.stop()
const result: ChecksResult = {
  checks: CHECKS,
  hangingTimeoutMs: HANGING_TIMEOUT_MS,
  plain,
  hanging,
  batchUsage,
  batchChecks: BATCH_CHECKS,
}
process.send?.(result)
process.disconnect?.()
