import { randomInt, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Alert } from '../../../shared/alerts/alert.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { openTable } from '../../../shared/kernel/table/table.ts'
import type { Answer } from '../../support/api.ts'
import { alertWriter, auditFaults, bodiesById, outboxRows } from '../../support/outbox.ts'
import { startStackProcess, type StackProcess } from '../../support/stack-process.ts'
import { field, seen } from '../../support/test-stack.ts'

const KILLS = 3
const ALERTS_A_KILL = 60
const REPORTS_A_KILL = 200
const FILE_MS = 240_000

/** A write that the API has said yes to. */
interface Acknowledged {
  readonly path: string
  readonly key: string
  readonly body: unknown
  readonly answer: Answer
}

let dataDir = ''
let stack: StackProcess
const acknowledged: Acknowledged[] = []
/** When the last ping that was answered went out. */
let lastPingAtMs = 0

const post = ({ path, key, body }: Omit<Acknowledged, 'answer'>): Promise<Answer> =>
  stack.api.call('POST', path, { as: 'admin', body, headers: { 'idempotency-key': key } })

/** Writes one after the other until the connection breaks. */
async function writeAll(writes: readonly Omit<Acknowledged, 'answer'>[]): Promise<void> {
  for (const write of writes) {
    const answer = await post(write).catch(() => undefined)
    if (answer === undefined) return
    if (answer.status < 300) acknowledged.push({ ...write, answer })
  }
}

const acknowledgements = (alerts: readonly Alert[]) =>
  alerts.map(({ id }) => ({
    path: `/api/v1/ops/alerts/${id}/acknowledge`,
    key: randomUUID(),
    body: { note: `On ${id}` },
  }))

const reportOf = (requestId: string) => ({
  at: new Date().toISOString(),
  service: 'killed',
  route: 'GET /slow',
  duration_ms: 2_000,
  status: 200,
  request_id: requestId,
})

const reports = () =>
  Array.from({ length: REPORTS_A_KILL }, () => {
    const key = randomUUID()
    return { path: '/api/v1/ops/slow-requests', key, body: { requests: [reportOf(key)] } }
  })

async function pingAll(path: string): Promise<void> {
  for (;;) {
    const sentAtMs = Date.now()
    const answer = await stack.api.call('POST', path).catch(() => undefined)
    if (answer === undefined) return
    if (answer.status === 200) lastPingAtMs = sentAtMs
  }
}

const tableOf = ({ table: { client, tableName } }: StackProcess) =>
  openTable(client, tableName, systemEffects)

/** Kills the stack in the middle of writes and starts it again on the same data directory. */
async function killDuringWrites(): Promise<void> {
  const { raise } = alertWriter(tableOf(stack), systemEffects)
  const subjects = Array.from({ length: ALERTS_A_KILL }, () => randomUUID())
  const alerts = await Promise.all(subjects.map(raise))
  const { ping_path: pingPath = '' } = await stack.api.check('nightly-backup')
  const killAfter = acknowledged.length + randomInt(20, 60)
  const writing = Promise.all([writeAll(acknowledgements(alerts)), writeAll(reports()), pingAll(pingPath)])
  await seen('writes to be acknowledged', () => (acknowledged.length >= killAfter ? true : undefined))
  await stack.killAll()
  await writing
  stack = await startStackProcess(dataDir)
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'midwatch-killed-'))
  stack = await startStackProcess(dataDir)
  for (let kill = 0; kill < KILLS; kill += 1) await killDuringWrites()
}, FILE_MS)

afterAll(async () => {
  await stack?.killAll()
  await rm(dataDir, { recursive: true, force: true })
})

it('every acknowledged alert is acknowledged after the restart', async () => {
  const changed = acknowledged.filter(({ path }) => path.includes('/alerts/'))
  expect(changed.length).toBeGreaterThan(0)
  for (const { path, answer } of changed) {
    const alert = await stack.api.get(path.replace('/acknowledge', ''))
    expect(alert.body).toStrictEqual(answer.body)
  }
})

it('every acknowledged report is there, and none is there twice', async () => {
  const sent = acknowledged.filter(({ path }) => path.endsWith('/slow-requests')).map(({ key }) => key)
  expect(sent.length).toBeGreaterThan(0)
  const stored: unknown[] = []
  let cursor = ''
  do {
    const { body } = await stack.api.get(`/api/v1/ops/slow-requests?service=killed&limit=200${cursor}`)
    const page = field(body, 'requests')
    if (Array.isArray(page)) stored.push(...page.map((request) => field(request, 'request_id')))
    const next = field(body, 'next_cursor')
    cursor = typeof next === 'string' ? `&cursor=${encodeURIComponent(next)}` : ''
  } while (cursor !== '')
  expect(stored).toStrictEqual([...new Set(stored)])
  expect(sent.filter((id) => !stored.includes(id))).toStrictEqual([])
})

it('the last answered ping of a job is remembered', async () => {
  expect(lastPingAtMs).toBeGreaterThan(0)
  const key = { pk: 'HEARTBEAT#nightly-backup', sk: 'SIGNALS' }
  const signals = await tableOf(stack).get<{ lastSuccessAt: number }>(key)
  expect(signals?.lastSuccessAt).toBeGreaterThanOrEqual(lastPingAtMs)
})

it('a repeated Idempotency-Key gets the first answer again', async () => {
  for (const write of acknowledged) {
    const repeated = await post(write)
    expect(repeated.headers.get('idempotency-replayed')).toBe('true')
    expect([repeated.status, repeated.body]).toStrictEqual([write.answer.status, write.answer.body])
  }
})

it('every message of an acknowledged change arrives', async () => {
  const rows = await seen('every row to be delivered', async () => {
    const found = await outboxRows(stack.table)
    return found.every(({ deliveredAt }) => deliveredAt !== undefined) ? found : undefined
  })
  await seen('every message', async () => {
    const { body } = await stack.api.call('GET', '/_local/inbox')
    const messages = field(body, 'messages')
    const bodies = bodiesById(Array.isArray(messages) ? messages : [])
    return rows.every(({ id }) => bodies.has(id)) ? true : undefined
  })
  const told = new Set(rows.map(({ body }) => `${String(body['dedup_key'])} ${String(body['event'])}`))
  const changed = acknowledged.filter(({ path }) => path.includes('/alerts/'))
  const silent = changed.filter(({ answer }) => !told.has(`${String(field(answer.body, 'id'))} acknowledged`))
  expect(silent).toStrictEqual([])
})

it('the audit chains verify', async () => {
  expect(await auditFaults(stack.table)).toStrictEqual([])
})
