import { expect, test } from 'vitest'
import type { Table } from '../../../shared/kernel/table/table.ts'
import type { DrivenClock } from '../../support/driven-clock.ts'
import { hangs, LAB_START, openLab, refuses, tcpCheck } from '../../support/prober-lab.ts'

type Commits = [checkId: string, afterMs: number][]

/** Remembers when which check's result was committed, in milliseconds since the tick. */
const observed =
  (commits: Commits) =>
  (table: Table, clock: DrivenClock): Table => ({
    ...table,
    commit: async (writes, writeId) => {
      const result = await table.commit(writes, writeId)
      const pk = writes.flatMap((write) => (write.kind === 'put' ? [write.item.pk] : []))[0] ?? ''
      if (pk.startsWith('CHECK#')) commits.push([pk.slice('CHECK#'.length), clock.now() - LAB_START])
      return result
    },
  })

test('a hanging target costs only its own timeout: the others are recorded before it ends', async () => {
  const commits: Commits = []
  const ids = ['stuck', 'one', 'two', 'down']
  const lab = await openLab({
    checks: ids.map((id) => tcpCheck(id, { timeoutMs: 5_000 })),
    around: observed(commits),
  })
  lab.target('stuck', hangs)
  lab.target('down', refuses)
  await lab.tickAt(LAB_START)
  expect(
    commits
      .slice(0, 2)
      .map(([id]) => id)
      .toSorted(),
  ).toEqual(['one', 'two'])
  expect(commits.slice(0, 2).map(([, afterMs]) => afterMs)).toEqual([0, 0])
  expect(commits.slice(2)).toEqual([
    ['down', 5_000],
    ['stuck', 3 * 5_250 + 2_000],
  ])
})

test('targets that hang for as long as any check may wait end within the tick’s 50 seconds', async () => {
  const ids = ['a', 'b', 'c', 'd', 'e']
  const lab = await openLab({ checks: ids.map((id) => tcpCheck(id, { timeoutMs: 15_000 })) })
  for (const id of ids.slice(1)) lab.target(id, hangs)
  await lab.tickAt(LAB_START)
  expect(lab.clock.now() - LAB_START).toBeLessThanOrEqual(50_000)
  const states = await lab.items('CHECK#')
  expect(states.map(({ state }) => Reflect.get(Object(state), 'status'))).toEqual([
    'healthy',
    ...Array.from({ length: 4 }, () => 'unhealthy'),
  ])
})
