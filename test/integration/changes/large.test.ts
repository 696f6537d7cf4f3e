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
const tom = { kind: 'user', id: 'user-2', name: 'tom', decidesForOthers: true } as const

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
  const waiting = await open().pending({ kind: 'flag', target: 'paged' })
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

/** More than anybody expects to be open at one time. */
const MANY = 2_040
/** A transaction takes 100 items: a change, with its audit event, is two. */
const AT_ONCE = 50

it('no watch and no waiting change is passed over, however many there are', async () => {
  const changes = open()
  const now = systemEffects.now()
  const before = { watches: (await changes.watches()).length, pending: (await changes.pending()).length }
  for (let first = 1; first <= MANY; first += AT_ONCE) {
    const writes = Array.from({ length: Math.min(AT_ONCE, MANY - first + 1) }, (_, n) => {
      const target = `many_${first + n}`
      const asked = { kind: 'config', target, action: 'config.set', current: 0, proposed: 1 } as const
      const decision = requestChange(
        { ...asked, resets: false, basedOn: 1 },
        { id: systemEffects.id(), author: ada, now },
      )
      const watch = {
        kind: 'config',
        target,
        targetVersion: 1,
        previous: 0,
        on: { fingerprint: 'f' },
      } as const
      return {
        change: changes.writesOf(undefined, decision, { actor: ada, now }),
        watch: beginWatch({ ...watch, startedAt: now, startedBy: 'ada', endsAt: now + 60_000 }),
      }
    })
    await changes.commit(writes.flatMap(({ change }) => change))
    await changes.commit(writes.map(({ watch }) => watch))
  }
  expect(await changes.watches()).toHaveLength(before.watches + MANY)
  expect(await changes.pending()).toHaveLength(before.pending + MANY)
  expect(await changes.pending({ kind: 'config', target: 'many_1' })).toHaveLength(1)
})
