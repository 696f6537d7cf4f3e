import * as fc from 'fast-check'
import { afterEach, expect, it } from 'vitest'
import type { FaultSettings } from '../../../local/faults/faults.ts'
import type { Table } from '../../../shared/kernel/table/table.ts'
import { makeRecorder } from '../../../shared/violations/recorder.ts'
import { readHours } from '../../../shared/violations/store.ts'
import { hourOf, type Denial } from '../../../shared/violations/violation.ts'
import { drivenClock, type DrivenClock } from '../../support/driven-clock.ts'
import { manualEffects } from '../../support/effects.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(manualEffects(undefined, 'immediate'))
capturedOutput()
afterEach(() => started().faults.clear())

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const FIRST_HOUR_MS = Date.parse('2026-02-15T00:00:00.000Z')
let hoursUsed = 0

/** A clock in hours that no other test writes to: half a minute before the second of two. */
function ownClock(): DrivenClock {
  hoursUsed += 2
  return drivenClock(FIRST_HOUR_MS + hoursUsed * HOUR_MS - 30_000)
}

/** The table as a container has it, whose clock stands still while the store is at work. */
function opened(clock: DrivenClock): Table {
  const table = started().reopened()
  return { ...table, commit: (writes, writeId) => clock.during(table.commit(writes, writeId)) }
}

const denials = fc.array(
  fc.record({
    pauseMs: fc.oneof(fc.nat({ max: 500 }), fc.nat({ max: 30_000 })),
    container: fc.nat({ max: 1 }),
    rule: fc.constantFrom('login', 'upload'),
    identifier: fc.constantFrom('ada', 'bob', 'eve'),
    shadow: fc.boolean(),
  }),
  { minLength: 5, maxLength: 15 },
)

const faults = fc.constantFrom<FaultSettings>(
  {},
  { dropAfterCommit: true, percent: 50 },
  { dropBefore: true, percent: 50 },
  { dropAfterCommit: true, times: 8 },
  { status: 500, percent: 50 },
)

const sums = (
  rows: readonly Pick<Denial, 'rule' | 'identifier'>[],
  count: (index: number) => [number, number],
) => {
  const totals = new Map<string, [number, number]>()
  rows.forEach(({ rule, identifier }, index) => {
    const [own, shadow] = count(index)
    const [knownOwn, knownShadow] = totals.get(`${rule} ${identifier}`) ?? [0, 0]
    totals.set(`${rule} ${identifier}`, [knownOwn + own, knownShadow + shadow])
  })
  return Object.fromEntries(totals)
}

it('what two containers record adds up to what they denied, whatever the store does meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(denials, faults, async (sequence, fault) => {
      const clock = ownClock()
      const hours = [hourOf(clock.now()), hourOf(clock.now() + HOUR_MS)]
      const recorders = [0, 1].map(() => makeRecorder(opened(clock), clock.effects))
      await started().faults.set(fault)
      for (const { pauseMs, container, ...denial } of sequence) {
        await clock.drive(clock.effects.wait(pauseMs))
        await clock.drive(
          Promise.resolve(recorders[container]?.record({ ...denial, scope: 'user', at: clock.now() })),
        )
      }
      await started().faults.clear()
      await clock.drive(clock.effects.wait(2 * MINUTE_MS))
      await clock.drive(Promise.all(recorders.map((recorder) => recorder.flush())))
      const { rows } = await readHours(started().table, hours, undefined)
      const told = sums(sequence, (index) => (sequence[index]?.shadow === true ? [0, 1] : [1, 0]))
      expect(sums(rows, (index) => [rows[index]?.count ?? 0, rows[index]?.shadow ?? 0])).toEqual(told)
    }),
    { numRuns: 15 },
  )
}, 120_000)

it('a row keeps its first moment and moves its last, and goes eight days after its hour', async () => {
  const clock = ownClock()
  const at = clock.now()
  const recorder = makeRecorder(opened(clock), clock.effects)
  const denial = { rule: 'kept', scope: 'user', identifier: 'ada', shadow: false } as const
  await clock.drive(recorder.record({ ...denial, at }))
  await clock.drive(recorder.record({ ...denial, at: at + 9 }))
  await clock.drive(recorder.flush())
  const { rows } = await readHours(started().table, [hourOf(at)], 'kept')
  expect(rows).toEqual([
    { ...denial, hour: hourOf(at), count: 2, shadow: 0, firstSeen: at, lastSeen: at + 9 },
  ])
})
