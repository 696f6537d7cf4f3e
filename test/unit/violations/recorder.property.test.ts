import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeRecorder, type Recorder } from '../../../shared/violations/recorder.ts'
import { hourOf, type Denial } from '../../../shared/violations/violation.ts'
import { drivenClock, type DrivenClock } from '../../support/driven-clock.ts'
import { capturedOutput } from '../../support/output.ts'
import { violationLedger, type Fate, type Ledger, type LedgerRow } from '../../support/violation-ledger.ts'

capturedOutput()

const MINUTE_MS = 60_000
/** Half a minute before an hour's end, so that short sequences cross it. */
const START_MS = Date.parse('2026-02-15T12:59:30.000Z')

const denial = fc.record({
  rule: fc.constantFrom('login', 'upload'),
  identifier: fc.constantFrom('ada', 'bob', 'eve'),
  shadow: fc.boolean(),
})
const step = fc.record({
  /** Which of two containers denies. */
  container: fc.nat({ max: 1 }),
  pauseMs: fc.oneof(fc.nat({ max: 900 }), fc.nat({ max: 40_000 }), fc.constant(0)),
  denials: fc.array(denial, { maxLength: 4 }),
})
const steps = fc.array(step, { minLength: 1, maxLength: 25 })
type Sequence = typeof steps extends fc.Arbitrary<infer Value> ? Value : never
const fates = fc.infiniteStream(fc.constantFrom<Fate>('done', 'lost', 'refused'))

/** What was denied, by row. */
type Told = Map<string, LedgerRow>

function tell(told: Told, { rule, identifier, at, shadow }: Denial): void {
  const key = `VIOLATION#${hourOf(at)}/${rule}#${identifier}`
  const row = told.get(key) ?? { count: 0, shadow: 0, firstSeen: at, lastSeen: at }
  told.set(key, {
    count: row.count + (shadow ? 0 : 1),
    shadow: row.shadow + (shadow ? 1 : 0),
    firstSeen: Math.min(row.firstSeen, at),
    lastSeen: Math.max(row.lastSeen, at),
  })
}

async function run(clock: DrivenClock, recorders: readonly Recorder[], sequence: Sequence): Promise<Told> {
  const told: Told = new Map()
  for (const { container, pauseMs, denials } of sequence) {
    await clock.drive(clock.effects.wait(pauseMs))
    const made = denials.map((each) => ({ ...each, scope: 'user' as const, at: clock.now() }))
    for (const each of made) tell(told, each)
    await clock.drive(Promise.all(made.map(async (each) => recorders[container]?.record(each))))
  }
  return told
}

const passMinutes = (clock: DrivenClock, count: number) => clock.drive(clock.effects.wait(count * MINUTE_MS))

const sumsOf = (rows: ReadonlyMap<string, LedgerRow>) =>
  Object.fromEntries([...rows].map(([key, { count, shadow }]) => [key, { count, shadow }]))

/** How often one container wrote of each pair in each minute. */
function writesAMinute({ taken }: Ledger): readonly number[] {
  const writes = new Map<string, number>()
  for (const { at, rows } of taken) {
    const pairs = new Set(rows.map((row) => row.replace(/^[^/]*\//, '')))
    for (const pair of pairs) {
      const key = `${pair} ${Math.floor(at / MINUTE_MS)}`
      writes.set(key, (writes.get(key) ?? 0) + 1)
    }
  }
  return [...writes.values()]
}

describe('what a container records', () => {
  it('adds up to what was denied two minutes after the last denial, first and last moment included', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const clock = drivenClock(START_MS)
        const ledger = violationLedger(clock.effects)
        const told = await run(clock, [makeRecorder(ledger.table, clock.effects)], one(sequence))
        await passMinutes(clock, 2)
        expect(Object.fromEntries(ledger.rows)).toEqual(Object.fromEntries(told))
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  it('takes at most one write for each rule, identifier and minute', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const clock = drivenClock(START_MS)
        const ledger = violationLedger(clock.effects)
        await run(clock, [makeRecorder(ledger.table, clock.effects)], one(sequence))
        await passMinutes(clock, 2)
        expect(Math.max(0, ...writesAMinute(ledger))).toBeLessThanOrEqual(1)
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  it('is counted once, and not lost, when the store refuses writes and loses answers', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fates, async (sequence, next) => {
        const clock = drivenClock(START_MS)
        const ledger = violationLedger(clock.effects)
        const recorder = makeRecorder(ledger.table, clock.effects)
        ledger.fates(() => next.next().value)
        const told = await run(clock, [recorder], one(sequence))
        ledger.fates(() => 'done')
        await passMinutes(clock, 2)
        expect(sumsOf(ledger.rows)).toEqual(sumsOf(told))
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  it('adds up over two containers whose store fails now and then', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fates, async (sequence, next) => {
        const clock = drivenClock(START_MS)
        const ledger = violationLedger(clock.effects)
        const recorders = [
          makeRecorder(ledger.table, clock.effects),
          makeRecorder(ledger.table, clock.effects),
        ]
        ledger.fates(() => next.next().value)
        const told = await run(clock, recorders, sequence)
        ledger.fates(() => 'done')
        await clock.drive(Promise.all(recorders.map((recorder) => recorder.flush())))
        expect(sumsOf(ledger.rows)).toEqual(sumsOf(told))
      }),
      { numRuns: 150 },
    )
  }, 60_000)
})

function one(sequence: Sequence) {
  return sequence.map((each) => ({ ...each, container: 0 }))
}
