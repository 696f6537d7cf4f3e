import { expect, it } from 'vitest'
import { decideChange, requestChange } from '../../../shared/changes/change.ts'
import { beginWatch, changeStore, type ChangeStore } from '../../../shared/changes/store.ts'
import { auditPartition, type AuditEvent } from '../../../shared/kernel/audit.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const ada = { kind: 'user', id: 'user-1', name: 'ada' } as const
const tom = { kind: 'user', id: 'user-2', name: 'tom' } as const

/** As much as a flag may take. */
const LARGE = 'x'.repeat(120 * 1_024)

const open = (): ChangeStore => changeStore(started().table, systemEffects)

/** Asks for a change as `ada`. */
async function ask(target: string, current: string, proposed: string): Promise<string> {
  const asked = {
    kind: 'flag',
    target,
    action: 'flag.saved',
    current,
    proposed,
    resets: false,
    basedOn: 1,
  } as const
  const id = systemEffects.id()
  const now = systemEffects.now()
  const decision = requestChange(asked, { id, author: ada, now })
  await open().commit(open().writesOf(undefined, decision, { actor: ada, now }))
  return id
}

/** Decides as `tom`. */
async function settle(id: string, state: 'approved' | 'rejected'): Promise<void> {
  const changes = open()
  const change = await changes.get(id)
  const now = systemEffects.now()
  const decision =
    change && decideChange(change, tom, { state, by: tom.name, now, reason: 'y'.repeat(1_000) })
  if (decision === undefined || typeof decision === 'string') throw new Error('It does not wait.')
  await changes.commit(changes.writesOf(change, decision, { actor: tom, now }))
}

const chainOf = async (id: string) =>
  (await started().table.query<AuditEvent>({ partition: auditPartition(`change:${id}`), limit: 10 })).items

it.each(['approved', 'rejected'] as const)('a change between two large flags can be %s', async (state) => {
  const id = await ask('large', LARGE, LARGE)
  await settle(id, state)
  expect(await open().get(id)).toMatchObject({ state, current: LARGE, proposed: LARGE })
  const [asked, decided] = await chainOf(id)
  expect(asked).toMatchObject({ after: { current: LARGE, proposed: LARGE, state: 'pending' } })
  expect(decided).toMatchObject({ before: { state: 'pending', version: 1 }, after: { state, version: 2 } })
  expect(decided?.after).not.toHaveProperty('proposed')
  expect(decided?.before).not.toHaveProperty('current')
})

it('all changes that wait are found, also where they are more than a page of the table', async () => {
  const ids: string[] = []
  for (let n = 0; n < 6; n += 1) ids.push(await ask('paged', LARGE, LARGE))
  const waiting = await open().pending('flag', 'paged')
  expect(waiting.map(({ id }) => id)).toEqual(ids)
})

it('all watches are found, also where they are more than a page of the table', async () => {
  const { table } = started()
  const now = systemEffects.now()
  for (let targetVersion = 1; targetVersion <= 12; targetVersion += 1) {
    const watch = {
      kind: 'flag',
      target: 'watched',
      targetVersion,
      previous: LARGE,
      on: { fingerprint: 'f' },
      startedAt: now,
      startedBy: 'ada',
      endsAt: now + 60_000,
    } as const
    await table.commit([beginWatch(watch)], systemEffects.id())
  }
  expect(await open().watches()).toHaveLength(12)
})
