import { beforeAll, describe, expect, it } from 'vitest'
import type { FaultSettings } from '../../../local/faults/faults.ts'
import type { FaultTarget } from '../../../local/stack/faults.ts'
import type { Alert } from '../../../shared/alerts/alert.ts'
import { systemEffects, type Effects } from '../../../shared/kernel/effects.ts'
import { Problem } from '../../../shared/kernel/errors.ts'
import { makeDocumentClient, openTable } from '../../../shared/kernel/table/table.ts'
import { alertWriter, auditFaults, bodiesById, outboxRows, type AlertWriter } from '../../support/outbox.ts'
import { NO_DATABASE, seen, testStack } from '../../support/test-stack.ts'

const FAULT_MS = 60_000
const ALERTS_A_FAULT = 10

/** Two minutes behind, so that the sweep takes on at once what the stream gives up. */
const effects: Effects = { ...systemEffects, now: () => Date.now() - 120_000 }

const stack = testStack(() => ({ databaseUrl: NO_DATABASE }))
const access = () => ({ client: stack().table(), tableName: stack().tableName })

let writer: AlertWriter
/** What its writer was told is committed. */
const acknowledged: Alert[] = []

beforeAll(() => {
  // The functions' own client, by way of the fault proxy.
  Object.assign(process.env, stack().environment)
  writer = alertWriter(openTable(makeDocumentClient(), stack().tableName, effects), effects)
})

/** Raises and resolves an alert; a writer that is told of a failure gives up, as a caller of the API would. */
async function raiseAndResolve(subject: string): Promise<void> {
  try {
    acknowledged.push(await writer.raise(subject))
    acknowledged.push(await writer.resolve(subject))
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'unavailable') throw error
  }
}

const sweep = () =>
  stack().invoke('outbox-sweep', { schedule: 'sweep', scheduledAt: new Date().toISOString() })

/** Resolves when the outbox holds nothing that was not delivered. */
const drained = () =>
  seen('every row to be delivered', async () => {
    const rows = await outboxRows(access())
    if (rows.every(({ deliveredAt }) => deliveredAt !== undefined)) return rows
    await sweep()
    return undefined
  })

const FAULTS: readonly (readonly [string, FaultTarget, FaultSettings])[] = [
  ['DynamoDB commits and loses its reply', 'dynamodb', { dropAfterCommit: true, percent: 30 }],
  ['DynamoDB throttles', 'dynamodb', { throttle: true, percent: 30 }],
  ['DynamoDB fails with 500', 'dynamodb', { status: 500, percent: 30 }],
  ['SNS publishes and loses its reply', 'sns', { dropAfterCommit: true, percent: 40 }],
  ['SNS throttles', 'sns', { throttle: true, percent: 40 }],
  ['SNS fails with 500', 'sns', { status: 500, percent: 40 }],
  ['SNS refuses for a while', 'sns', { down: true }],
  ['SNS does not answer', 'sns', { blackhole: true, times: 2 }],
]

// One story: the last tests look back on all the others, also when tests are shuffled.
describe('an outbox whose services fail', { shuffle: false }, () => {
  describe.each(FAULTS)('while %s', (name, target, faults) => {
    it(
      'every acknowledged alert is published, and nothing else is',
      async () => {
        await stack().faults.set(target, faults)
        const subjects = Array.from({ length: ALERTS_A_FAULT }, (_, index) => `${name} ${'x'.repeat(index)}`)
        await Promise.all(subjects.map(raiseAndResolve))
        expect(stack().faults.state()[target]?.faults).toMatchObject(faults)
        await stack().faults.clear()
        const rows = await drained()
        const published = await seen('every message', () => {
          const bodies = bodiesById(stack().inbox())
          return rows.every(({ id }) => bodies.has(id)) ? bodies : undefined
        })
        const bodyOf = new Map(rows.map(({ id, body }) => [id, body]))
        for (const [id, bodies] of published) {
          for (const body of bodies) expect(body).toStrictEqual(bodyOf.get(id))
        }
      },
      FAULT_MS,
    )
  })

  it('every acknowledged change is in the table, with its message', async () => {
    const rows = await outboxRows(access())
    const told = new Set(rows.map(({ body }) => JSON.stringify([body['dedup_key'], body['event']])))
    const missing = acknowledged.filter(({ id, status }) => !told.has(JSON.stringify([id, status])))
    expect(missing).toStrictEqual([])
    expect(acknowledged.length).toBeGreaterThan(FAULTS.length * ALERTS_A_FAULT)
  })

  it('the audit chains verify', async () => {
    expect(await auditFaults(access())).toStrictEqual([])
  })
})
