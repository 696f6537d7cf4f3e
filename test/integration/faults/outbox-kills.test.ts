import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { alertWriter, auditFaults, bodiesById, outboxRows } from '../../support/outbox.ts'
import { field, NO_DATABASE, seen, testStack } from '../../support/test-stack.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const KILLS = 30
const ROWS_A_KILL = 7
const KILLS_MS = 300_000

const stack = testStack(() => ({ databaseUrl: NO_DATABASE, streams: false }))
const access = () => ({ client: stack().table(), tableName: stack().tableName })

/** Everything that arrived; the inbox in memory forgets the oldest. */
async function arrived(): Promise<readonly { readonly body: unknown }[]> {
  const text = await readFile(join(stack().dataDir, 'inbox.jsonl'), 'utf8')
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n')
  return lines.filter((line) => line !== '').map((line) => ({ body: field(JSON.parse(line), 'body') }))
}

let consumer: ChildProcessByStdio<null, Readable, null> | undefined

function startConsumer(): void {
  const child = spawn(process.execPath, [join(ROOT, 'local/outbox-process.ts'), stack().dataDir], {
    cwd: ROOT,
    env: { ...process.env, NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/midwatch') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.resume()
  consumer = child
}

async function end(signal: NodeJS.Signals): Promise<void> {
  if (consumer === undefined || consumer.exitCode !== null || consumer.signalCode !== null) return
  const exited = once(consumer, 'exit')
  consumer.kill(signal)
  await exited
}

afterAll(() => end('SIGKILL'))

/** Requests that the consumer has made: two a row. */
function requestCount(): number {
  const { sns, dynamodb } = stack().faults.state()
  return (sns?.counters.requests ?? 0) + (dynamodb?.counters.requests ?? 0)
}

/** Resolves when the consumer has marked every row. */
const drained = () =>
  seen('every row to be delivered', async () => {
    const rows = await outboxRows(access())
    return rows.every(({ deliveredAt }) => deliveredAt !== undefined) ? rows : undefined
  })

const sweep = () =>
  stack().invoke('outbox-sweep', { schedule: 'sweep', scheduledAt: new Date().toISOString() })

const subjectsOf = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix} ${'x'.repeat(index)}`)

// One story: what comes later counts on what came before, also when tests are shuffled.
describe('the outbox', { shuffle: false }, () => {
  describe('rows that no stream delivers', () => {
    it('are published by the sweep after a minute, not before, and as soon as SNS takes them', async () => {
      const late = alertWriter(stack().rows, { ...systemEffects, now: () => Date.now() - 61_000 })
      const young = alertWriter(stack().rows, systemEffects)
      await Promise.all(subjectsOf('late', 12).map(late.raise))
      await Promise.all(subjectsOf('young', 3).map(young.raise))
      await stack().faults.set('sns', { status: 500 })
      await sweep()
      expect(
        (await outboxRows(access())).filter(({ deliveredAt }) => deliveredAt !== undefined),
      ).toHaveLength(0)
      await stack().faults.clear('sns')
      await sweep()
      const rows = await outboxRows(access())
      const delivered = rows.filter(({ deliveredAt }) => deliveredAt !== undefined)
      expect(rows).toHaveLength(15)
      expect(new Set(delivered.map(({ body }) => field(body, 'alert.summary')))).toStrictEqual(
        new Set(subjectsOf('late', 12).map((subject) => `Subject ${subject} is unhealthy`)),
      )
      await seen('the late messages', () => (stack().inbox().length === 12 ? true : undefined))
    })
  })

  describe(`an outbox consumer that is killed ${KILLS} times at random moments`, () => {
    beforeAll(async () => {
      // One that ends in peace leaves its compiled code to those that will not have the time to.
      startConsumer()
      await drained()
      await end('SIGTERM')
      // Between publishing a row and marking it there is time to be killed in.
      await stack().faults.set('sns', { latencyMs: 30 })
      await stack().faults.set('dynamodb', { latencyMs: 30 })
      const { raise } = alertWriter(stack().rows, systemEffects)
      for (let kill = 0; kill < KILLS; kill += 1) {
        await Promise.all(subjectsOf(`kill ${kill}`, ROWS_A_KILL).map(raise))
        const killAt = requestCount() + randomInt(1, 2 * ROWS_A_KILL + 1)
        startConsumer()
        await seen('the consumer to work', () => (requestCount() >= killAt ? true : undefined))
        await end('SIGKILL')
      }
      startConsumer()
      await drained()
      await end('SIGTERM')
    }, KILLS_MS)

    it('publishes no row zero times', async () => {
      const rows = await outboxRows(access())
      expect(rows.length).toBeGreaterThanOrEqual(KILLS * ROWS_A_KILL)
      await seen('every message', async () => {
        const bodies = bodiesById(await arrived())
        return rows.every(({ id }) => bodies.has(id)) ? true : undefined
      })
    })

    it('repeats some, and a repeat has the same id and the same body', async () => {
      const rows = new Map((await outboxRows(access())).map(({ id, body }) => [id, body]))
      const bodies = bodiesById(await arrived())
      const repeats = [...bodies.values()].reduce((sum, { length }) => sum + length - 1, 0)
      expect(repeats).toBeGreaterThan(0)
      for (const [id, copies] of bodies) {
        for (const copy of copies) expect(copy).toStrictEqual(rows.get(id))
      }
    })

    it('leaves audit chains that verify', async () => {
      expect(await auditFaults(access())).toStrictEqual([])
    })
  })
})
