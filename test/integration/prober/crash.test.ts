import { expect, test } from 'vitest'
import { canonicalJson } from '../../../shared/kernel/canonical.ts'
import type { Table } from '../../../shared/kernel/table/table.ts'
import {
  answers,
  DAY_MS,
  LAB_START,
  MINUTE_MS,
  openLab,
  refuses,
  tcpCheck,
  type RawItem,
} from '../../support/prober-lab.ts'

/** A table that fails at its n-th call, before or after the call took effect. */
class Crashing {
  calls = 0
  failAt = Infinity
  moment: 'before' | 'after' = 'before'

  around(table: Table): Table {
    return {
      get: (...input) => this.#call(() => table.get(...input)),
      getMany: (keys) => this.#call(() => table.getMany(keys)),
      query: (input) => this.#call(() => table.query(input)),
      commit: (...input) => this.#call(() => table.commit(...input)),
    }
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    this.calls += 1
    const fails = this.calls === this.failAt
    if (fails && this.moment === 'before') throw new Error('crash')
    const result = await work()
    if (fails) throw new Error('crash')
    return result
  }
}

const RANDOM = new Set(['writeId', 'hash', 'prevHash'])

/** Items without what is drawn at random: ids, and the hashes over them. */
const stableForm = (items: readonly RawItem[]): string[] =>
  items
    .map((item) => {
      const kept: unknown = JSON.parse(
        JSON.stringify(item, (name, value: unknown) => (RANDOM.has(name) ? undefined : value)),
      )
      return canonicalJson(kept).replaceAll(/[0-9A-HJKMNP-TV-Z]{26}/g, 'ULID')
    })
    .toSorted()

/** The tick that crashes comes after midnight, rolls up an hour and a day, and opens an alert. */
const LAST = LAB_START + DAY_MS

async function prepare(crashing: Crashing) {
  const lab = await openLab({
    checks: [tcpCheck('api')],
    startMs: LAST - 2 * MINUTE_MS,
    around: (table) => crashing.around(table),
  })
  lab.target('api', answers(30))
  await lab.tickAt(LAST - 2 * MINUTE_MS)
  await lab.tickAt(LAST - MINUTE_MS)
  lab.target('api', refuses)
  crashing.calls = 0
  return lab
}

test('a crash between any two calls, and a retry, end in what there is without a crash', async () => {
  const undisturbed = new Crashing()
  const clean = await prepare(undisturbed)
  await clean.tickAt(LAST)
  const expected = stableForm(await clean.items())
  expect(await clean.told()).toEqual(['firing>critical'])
  expect(await clean.items('ROLLUP#')).toHaveLength(2)
  expect(undisturbed.calls).toBeGreaterThan(7)

  for (let failAt = 1; failAt <= undisturbed.calls; failAt += 1) {
    for (const moment of ['before', 'after'] as const) {
      const crashing = new Crashing()
      const lab = await prepare(crashing)
      Object.assign(crashing, { failAt, moment })
      await expect(lab.tickAt(LAST)).rejects.toThrow('crash')
      await lab.tickAt(LAST)
      expect(stableForm(await lab.items()), `a crash ${moment} call ${failAt}`).toEqual(expected)
    }
  }
})

/** A table that takes everything but the results of the check `bad`. */
const withoutRoomForBad = (table: Table): Table => ({
  ...table,
  commit: async (writes, writeId) => {
    if (JSON.stringify(writes).includes('CHECK#bad')) throw new Error('no room')
    return table.commit(writes, writeId)
  },
})

test('a result that cannot be stored fails the invocation and keeps nobody else’s from being stored', async () => {
  const lab = await openLab({
    checks: [tcpCheck('bad'), tcpCheck('fine'), tcpCheck('too')],
    around: withoutRoomForBad,
  })
  await expect(lab.tickAt(LAB_START)).rejects.toThrow('no room')
  expect((await lab.items('CHECK#')).map(({ pk }) => pk)).toEqual(['CHECK#fine', 'CHECK#too'])
})
