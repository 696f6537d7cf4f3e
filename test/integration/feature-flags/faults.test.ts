import { randomUUID } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { disagreements } from '../../support/flag-agreement.ts'
import { answerOf, callFlag, callFlags, createFlag, type Answered } from '../../support/flag-routes.ts'
import { claimsOf } from '../../support/http-event.ts'
import { auditFaults } from '../../support/outbox.ts'
import { capturedOutput } from '../../support/output.ts'
import { TEST_TABLE, testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

beforeAll(async () => {
  await createFlag('saved', { status: 'enabled' })
}, 60_000)

afterEach(() => started().faults.clear())

const versionOf = async (key: string) => Number((await callFlag('getFlag', key))['version'])
const bundleVersion = async () => {
  const { bundles } = await answerOf(callFlags('listBundles'))
  return Number(Array.isArray(bundles) ? bundles.find(({ name }) => name === 'lockdown').version : Number.NaN)
}

/** A change, who makes it, and how often it has happened. */
interface Operation {
  readonly name: string
  readonly send: (parts: {
    readonly headers: Record<string, string>
    readonly claims: Record<string, string>
  }) => Promise<Answered>
  readonly happened: () => Promise<number>
  /** Makes it possible again. */
  readonly undo: () => Promise<unknown>
}

const OPERATIONS: readonly Operation[] = [
  {
    name: 'a save',
    send: (parts) =>
      callFlag('putFlag', 'saved', { ...parts, body: { description: 'New', status: 'enabled' } }),
    happened: () => versionOf('saved'),
    undo: () => Promise.resolve(),
  },
  {
    name: 'a kill',
    send: (parts) => callFlag('enableFlag', 'killswitch_uploads', parts),
    happened: async () => Math.ceil((await versionOf('killswitch_uploads')) / 2),
    undo: () => callFlag('disableFlag', 'killswitch_uploads'),
  },
  {
    name: 'a bundle',
    send: (parts) => answerOf(callFlags('applyBundle', { ...parts, params: { bundle: 'lockdown' } })),
    happened: async () => Math.ceil((await bundleVersion()) / 2),
    undo: () => answerOf(callFlags('revertBundle', { params: { bundle: 'lockdown' } })),
  },
]

const FAULTS = {
  'lost before it was done': { dropBefore: true },
  'lost after it was done': { dropAfterCommit: true },
} as const

const REQUESTS = ['GetItem', 'PutItem', 'TransactWriteItems'] as const

/** Sends a change in bad weather and again in good weather, with one key; it must have happened once, or not at all. */
async function effectsOf(operation: Operation, weather: () => Promise<void>): Promise<number> {
  const caller = randomUUID()
  const parts = { headers: { 'idempotency-key': caller }, claims: { ...claimsOf('admin'), sub: caller } }
  const before = await operation.happened()
  await weather()
  const first = await operation.send(parts)
  await started().faults.clear()
  expect([200, 409, 500, 503, 504]).toContain(first.statusCode)
  expect(await disagreements(started().table)).toEqual([])
  const second = await operation.send(parts)
  // Who died with the key in hand has it for a minute; whoever asks meanwhile is told so.
  expect(second).toMatchObject(
    second.statusCode === 409 ? { code: 'request_in_flight' } : { statusCode: 200 },
  )
  const times = (await operation.happened()) - before
  expect(times).toBeLessThanOrEqual(1)
  const isAcknowledged = first.statusCode === 200 || second.statusCode === 200
  expect(times).toBeGreaterThanOrEqual(isAcknowledged ? 1 : 0)
  expect(await disagreements(started().table)).toEqual([])
  if (times === 1) await operation.undo()
  return times
}

const cases = OPERATIONS.flatMap((operation) =>
  Object.entries(FAULTS).flatMap(([fault, settings]) =>
    REQUESTS.map((only) => ({ operation, name: operation.name, fault, settings, only })),
  ),
)

describe('flags, history and what containers know', () => {
  it.each(cases)(
    'agree after $name whose $only is $fault, once or for good, and a retry has its effect once',
    async ({ operation, settings, only }) => {
      for (const times of [1, 1_000]) {
        const effects = await effectsOf(operation, () => started().faults.set({ ...settings, only, times }))
        expect(effects).toBeLessThanOrEqual(1)
      }
    },
    60_000,
  )

  it('agree after changes whose every request may be lost, before or after it was done', async () => {
    for (let round = 0; round < 12; round += 1) {
      const operation = OPERATIONS[round % OPERATIONS.length]
      if (operation === undefined) throw new Error('There are operations.')
      const settings = round % 2 === 0 ? FAULTS['lost after it was done'] : FAULTS['lost before it was done']
      await effectsOf(operation, () => started().faults.set({ ...settings, percent: 40 }))
    }
    expect(await auditFaults({ client: started().client, tableName: TEST_TABLE })).toEqual([])
  }, 120_000)
})
