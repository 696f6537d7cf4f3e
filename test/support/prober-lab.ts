import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { randomUUID } from 'node:crypto'
import { afterAll } from 'vitest'
import type { ProberDeps } from '../../functions/prober/deps.ts'
import { tick } from '../../functions/prober/tick.ts'
import { startDynamoDb } from '../../local/emulators/dynamodb.ts'
import { ensureTable } from '../../local/stack/table.ts'
import type { Alert } from '../../shared/alerts/alert.ts'
import { alertStore } from '../../shared/alerts/store.ts'
import { CHECK_KINDS, type CheckInput } from '../../shared/health/check.ts'
import { heartbeatProbe } from '../../shared/health/probes/heartbeat.ts'
import type { Probe, ProbeAttempt, ProbeOutcome } from '../../shared/health/probe.ts'
import { healthStore } from '../../shared/health/store.ts'
import { signalsOf } from '../../shared/heartbeats/store.ts'
import { readEnv } from '../../shared/kernel/env.ts'
import { systemEffects } from '../../shared/kernel/effects.ts'
import { PENDING_PARTITION, type OutboxRow } from '../../shared/kernel/outbox.ts'
import { openTable, type Table } from '../../shared/kernel/table/table.ts'
import { definePlatform, type Platform } from '../../shared/platforms/define.ts'
import type { Probes } from '../../shared/prober/attempt.ts'
import type { Runner } from '../../shared/prober/run-batch.ts'
import { loopbackClient } from './attempt.ts'
import { drivenClock, type DrivenClock } from './driven-clock.ts'
import { inRole } from './role.ts'

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** What a target does when it is probed. */
export type Behaviour = (attempt: ProbeAttempt) => Promise<ProbeOutcome> | ProbeOutcome

export const answers =
  (latencyMs = 20): Behaviour =>
  () => ({ ok: true, latencyMs, message: `It answered after ${latencyMs} ms` })

const fails =
  (reason: Extract<ProbeOutcome, { ok: false }>['reason'], message: string): Behaviour =>
  () => ({ ok: false, latencyMs: 3, reason, message })

export const refuses = fails('refused', 'The connection was refused')
export const timesOut = fails('timeout', 'There was no answer in time')
export const lacksCredentials = fails('credentials', 'The prober could not sign in')
/** Never answers, and pays no attention to its signal. */
export const hangs: Behaviour = () => new Promise(() => undefined)

/** A check of a TCP target: the plainest there is. */
export const tcpCheck = (id: string, overrides: Partial<CheckInput> = {}): CheckInput =>
  ({
    id,
    name: `Target ${id}`,
    component: 'api',
    severity: 'critical',
    runbook: 'docs/runbook.md#api',
    kind: 'tcp',
    target: { host: 'db.internal.example', port: 5432, reachesPrivate: true },
    ...overrides,
  }) as CheckInput

const platformOf = (checks: readonly CheckInput[]): Platform =>
  definePlatform({
    id: 'lab',
    name: 'Lab',
    version: '1',
    components: [{ id: 'api', name: 'API', description: 'The API' }],
    checks: [...checks],
  })

/** Every kind is probed by the behaviour set for its check, heartbeats by their real probe. */
function probesOf(behaviourOf: (checkId: string) => Behaviour): Probes {
  const fake: Probe<never> = async (_target, attempt) => behaviourOf(attempt.checkId)(attempt)
  const fakes = Object.fromEntries(CHECK_KINDS.map((kind) => [kind, fake]))
  return { ...(fakes as unknown as Probes), heartbeat: heartbeatProbe }
}

/** The emulator of the test file, and the one client that all of its labs share. */
interface Backend {
  readonly url: string
  readonly client: DynamoDBDocumentClient
  readonly stop: () => Promise<void>
}

async function startBackend(): Promise<Backend> {
  const { url, stop } = await startDynamoDb({ env: {} })
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ ...loopbackClient(url), maxAttempts: 2 }), {
    marshallOptions: { removeUndefinedValues: true },
  })
  return { url, client, stop }
}

let backend: Promise<Backend> | undefined

afterAll(async () => {
  const started = await backend
  started?.client.destroy()
  await started?.stop()
})

/** A table of its own for a lab. */
async function openLabTable(): Promise<{ table: Table; client: DynamoDBDocumentClient; name: string }> {
  backend ??= startBackend()
  const { client } = await backend
  const name = `lab-${randomUUID()}`
  await ensureTable(client, name)
  return { table: openTable(client, name, systemEffects), client, name }
}

/** Clients that reach nothing: the lab's probes use none. */
const UNREACHABLE = {
  s3: new S3Client(loopbackClient()),
  sqs: new SQSClient(loopbackClient()),
  cognito: new CognitoIdentityProviderClient(loopbackClient()),
}

/** The same table; while it works, the clock stands still. */
export const onClock = (table: Table, clock: DrivenClock): Table => ({
  get: (...input) => clock.during(table.get(...input)),
  getMany: (keys) => clock.during(table.getMany(keys)),
  query: (input) => clock.during(table.query(input)),
  commit: (...input) => clock.during(table.commit(...input)),
})

/** An item as the table holds it. */
export type RawItem = Readonly<Record<string, unknown>> & { readonly pk: string; readonly sk: string }

export interface Lab {
  readonly clock: DrivenClock
  readonly platform: Platform
  readonly table: Table
  readonly runner: Runner
  readonly deps: ProberDeps
  /** Sets what a target does from now on. */
  readonly target: (checkId: string, behaviour: Behaviour) => void
  /** How often the target was probed. */
  readonly probed: (checkId: string) => number
  /** Runs one tick that was scheduled for this moment, on the manual clock. */
  readonly tickAt: (scheduledMs: number) => Promise<void>
  /** Everything in the table whose partition key begins with the prefix, in key order. */
  readonly items: (prefix?: string) => Promise<readonly RawItem[]>
  readonly alerts: () => Promise<readonly Alert[]>
  /** Messages that wait in the outbox, where nobody takes them out: the oldest first. */
  readonly messages: () => Promise<readonly OutboxRow[]>
  /** `firing>critical`: event and topic of each message, in order. */
  readonly told: () => Promise<readonly string[]>
}

export interface LabOptions {
  readonly checks: readonly CheckInput[]
  /** Instead of one with a single component, `api`. */
  readonly platform?: Platform
  readonly startMs?: number
  readonly settings?: Readonly<Record<string, string>>
  /** Puts something between the prober and the table. */
  readonly around?: (table: Table, clock: DrivenClock) => Table
  readonly sqs?: SQSClient
}

export const LAB_START = Date.UTC(2026, 1, 14, 0, 0, 0)

/** A prober with a manual clock and a real table, whose targets do what the test says (answer at once, at first). */
export async function openLab(options: LabOptions): Promise<Lab> {
  const clock = drivenClock(options.startMs ?? LAB_START)
  const opened = await openLabTable()
  const quiet = onClock(opened.table, clock)
  const table = options.around?.(quiet, clock) ?? quiet
  const platform = options.platform ?? platformOf(options.checks)
  const behaviours = new Map<string, Behaviour>()
  const counts = new Map<string, number>()
  const probes = probesOf((checkId) => {
    counts.set(checkId, (counts.get(checkId) ?? 0) + 1)
    return behaviours.get(checkId) ?? answers()
  })
  const runner = runnerOf(table, clock, platform, probes)
  const deps = depsOf(runner, table, clock, platform, options)
  const items = async (prefix = '') => readAll(opened.client, opened.name, prefix)
  const messages = async () => {
    const pending = { index: 'gsi1', partition: PENDING_PARTITION, limit: 1_000 } as const
    return (await opened.table.query<OutboxRow>(pending)).items
  }
  return {
    clock,
    platform,
    table,
    runner,
    deps,
    target: (checkId, behaviour) => void behaviours.set(checkId, behaviour),
    probed: (checkId) => counts.get(checkId) ?? 0,
    tickAt: async (scheduledMs) => {
      clock.set(scheduledMs)
      const event = { schedule: 'tick', scheduledAt: new Date(scheduledMs).toISOString() }
      await inRole('prober-tick', () => clock.drive(tick(event, deps)))
    },
    items,
    alerts: async () => contentsOf<Alert>(await items('ALERT#')),
    messages,
    told: async () => (await messages()).map(({ attributes, topic }) => `${attributes['status']}>${topic}`),
  }
}

/** Items are trusted to be what their store wrote. */
const contentsOf = <T>(items: readonly RawItem[]): readonly T[] => items as unknown as readonly T[]

function runnerOf(table: Table, clock: DrivenClock, platform: Platform, probes: Probes): Runner {
  const { effects } = clock
  return {
    platformId: platform.id,
    effects,
    probes,
    services: {
      effects,
      region: 'eu-central-1',
      ...UNREACHABLE,
      heartbeat: (checkId) => signalsOf(table, checkId, effects.now(), effects.id()),
    },
    health: healthStore(table, effects),
    alerts: alertStore(table, effects, platform.name),
  }
}

function depsOf(
  runner: Runner,
  table: Table,
  clock: DrivenClock,
  platform: Platform,
  { settings, sqs }: LabOptions,
): ProberDeps {
  return {
    container: { effects: clock.effects, table, env: readEnv({ MIDWATCH_TABLE: 'lab', ...settings }) },
    platform,
    runner,
    sqs: sqs ?? UNREACHABLE.sqs,
  }
}

async function readAll(
  client: DynamoDBDocumentClient,
  TableName: string,
  prefix: string,
): Promise<readonly RawItem[]> {
  const items: RawItem[] = []
  let ExclusiveStartKey: Record<string, unknown> | undefined
  do {
    const page = await client.send(new ScanCommand({ TableName, ExclusiveStartKey, ConsistentRead: true }))
    items.push(...((page.Items ?? []) as RawItem[]))
    ExclusiveStartKey = page.LastEvaluatedKey
  } while (ExclusiveStartKey !== undefined)
  const name = ({ pk, sk }: RawItem) => `${pk} ${sk}`
  return items
    .filter(({ pk }) => pk.startsWith(prefix))
    .toSorted((left, right) => (name(left) < name(right) ? -1 : 1))
}
