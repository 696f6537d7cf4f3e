import { describe, expect, it } from 'vitest'
import { makeRecorder } from '../../../shared/violations/recorder.ts'
import type { Denial } from '../../../shared/violations/violation.ts'
import { drivenClock } from '../../support/driven-clock.ts'
import { capturedOutput } from '../../support/output.ts'
import { violationLedger } from '../../support/violation-ledger.ts'

const output = capturedOutput()

const START_MS = Date.parse('2026-02-15T12:00:10.000Z')

function setUp() {
  const clock = drivenClock(START_MS)
  const ledger = violationLedger(clock.effects)
  const recorder = makeRecorder(ledger.table, clock.effects)
  const denial = (identifier: string, parts: Partial<Denial> = {}): Denial => ({
    rule: 'login',
    scope: 'user',
    identifier,
    at: clock.now(),
    shadow: false,
    ...parts,
  })
  return { clock, ledger, recorder, denial }
}

const row = (identifier: string) => `VIOLATION#2026-02-15T12/login#${identifier}`

describe('the first denial of a minute', () => {
  it('is written when record resolves; the next ones wait for the minute to end', async () => {
    const { clock, ledger, recorder, denial } = setUp()
    await clock.drive(recorder.record(denial('ada')))
    expect(ledger.rows.get(row('ada'))).toMatchObject({ count: 1 })
    for (let n = 0; n < 9; n += 1) await clock.drive(recorder.record(denial('ada')))
    expect(ledger.rows.get(row('ada'))).toMatchObject({ count: 1 })
    await clock.drive(clock.effects.wait(53_000))
    expect(ledger.rows.get(row('ada'))).toMatchObject({ count: 10 })
    expect(ledger.taken).toHaveLength(2)
  })

  it('brings everything along that was counted in the minute before', async () => {
    const { clock, ledger, recorder, denial } = setUp()
    for (const who of ['ada', 'ada', 'bob', 'bob', 'bob']) await clock.drive(recorder.record(denial(who)))
    clock.set(START_MS + 50_500)
    await clock.drive(recorder.record(denial('ada')))
    expect(ledger.rows.get(row('ada'))).toMatchObject({ count: 3 })
    expect(ledger.rows.get(row('bob'))).toMatchObject({ count: 3 })
  })

  it('counts in the hour in which it was made, even when it is told later', async () => {
    const { clock, ledger, recorder, denial } = setUp()
    await clock.drive(recorder.record(denial('ada', { at: START_MS - 60_000 })))
    expect([...ledger.rows.keys()]).toEqual(['VIOLATION#2026-02-15T11/login#ada'])
  })
})

describe('a denial that is only noted', () => {
  it('asks nothing of the store at once, and is written when the minute ends', async () => {
    const { clock, ledger, recorder, denial } = setUp()
    for (let n = 0; n < 3; n += 1) recorder.note(denial('ada'))
    await clock.drive(clock.effects.wait(1_000))
    expect(ledger.taken).toHaveLength(0)
    await clock.drive(clock.effects.wait(52_000))
    expect(ledger.rows.get(row('ada'))).toMatchObject({ count: 3 })
  })

  it('goes along with the next one that is recorded', async () => {
    const { clock, ledger, recorder, denial } = setUp()
    recorder.note(denial('ada'))
    await clock.drive(recorder.record(denial('bob')))
    expect([row('ada'), row('bob')].map((key) => ledger.rows.get(key)?.count)).toEqual([1, 1])
    expect(ledger.taken).toHaveLength(1)
  })
})

describe('a slow store', () => {
  it('holds an answer for 50 ms at most, and once only', async () => {
    const { clock, ledger, recorder, denial } = setUp()
    const { promise: opened, resolve: open } = Promise.withResolvers<void>()
    ledger.hold(opened)
    await clock.drive(recorder.record(denial('ada')))
    expect(clock.now() - START_MS).toBe(50)
    await clock.drive(recorder.record(denial('bob')))
    await clock.drive(recorder.record(denial('ada')))
    expect(clock.now() - START_MS).toBe(50)
    open()
    await clock.drive(recorder.flush())
    expect([row('ada'), row('bob')].map((key) => ledger.rows.get(key)?.count)).toEqual([2, 1])
  })

  it('is waited for again once it has answered', async () => {
    const { clock, ledger, recorder, denial } = setUp()
    const { promise: opened, resolve: open } = Promise.withResolvers<void>()
    ledger.hold(opened)
    await clock.drive(recorder.record(denial('ada')))
    open()
    await clock.drive(clock.effects.wait(1))
    await clock.drive(recorder.record(denial('bob')))
    expect(ledger.rows.get(row('bob'))).toMatchObject({ count: 1 })
  })
})

describe('a store that fails', () => {
  it('is left alone for a second, and loses nothing', async () => {
    const { clock, ledger, recorder, denial } = setUp()
    let asked = 0
    ledger.fates(() => {
      asked += 1
      return 'refused'
    })
    for (const who of ['ada', 'bob', 'eve']) await clock.drive(recorder.record(denial(who)))
    expect(asked).toBe(1)
    expect(output().some(({ message }) => message === 'violations not written')).toBe(true)
    expect(output().some((line) => line['ViolationWritesFailed'] === 1)).toBe(true)
    ledger.fates(() => 'done')
    clock.set(START_MS + 1_000)
    await clock.drive(recorder.record(denial('kim')))
    expect([...ledger.rows.values()].map(({ count }) => count)).toEqual([1, 1, 1, 1])
  })

  it('gets what is left at the end of the minute, and of the next one', async () => {
    const { clock, ledger, recorder, denial } = setUp()
    ledger.fates(() => 'refused')
    await clock.drive(recorder.record(denial('ada')))
    await clock.drive(clock.effects.wait(60_000))
    ledger.fates(() => 'done')
    await clock.drive(clock.effects.wait(60_000))
    expect(ledger.rows.get(row('ada'))).toMatchObject({ count: 1 })
  })
})

describe('flush', () => {
  it('writes what is only counted, and leaves no timer behind', async () => {
    const { clock, ledger, recorder, denial } = setUp()
    for (const who of ['ada', 'ada', 'ada']) await clock.drive(recorder.record(denial(who)))
    expect(clock.waiting()).toBe(1)
    await clock.drive(recorder.flush())
    expect(ledger.rows.get(row('ada'))).toMatchObject({ count: 3 })
    expect(clock.waiting()).toBe(0)
  })

  it('does nothing when there is nothing', async () => {
    const { clock, ledger, recorder } = setUp()
    await clock.drive(recorder.flush())
    expect([ledger.taken.length, clock.waiting()]).toEqual([0, 0])
  })

  it('keeps what the store refuses, for the minute to end', async () => {
    const { clock, ledger, recorder, denial } = setUp()
    ledger.fates(() => 'refused')
    await clock.drive(recorder.record(denial('ada')))
    await clock.drive(recorder.flush())
    ledger.fates(() => 'done')
    await clock.drive(clock.effects.wait(60_000))
    expect(ledger.rows.get(row('ada'))).toMatchObject({ count: 1 })
  })
})

describe('many callers at once', () => {
  it('go in batches of 50', async () => {
    const { clock, ledger, recorder, denial } = setUp()
    const made = Array.from({ length: 120 }, (_, n) => denial(`user-${n}`))
    await clock.drive(Promise.all(made.map((each) => recorder.record(each))))
    expect(ledger.taken.map(({ rows }) => rows.length)).toEqual([1, 50, 50, 19])
  })

  it('are counted as anybody beyond 10,000, and still add up', async () => {
    const { clock, ledger, recorder, denial } = setUp()
    const made = Array.from({ length: 12_345 }, (_, n) => denial(`user-${n}`))
    await clock.drive(Promise.all(made.map((each) => recorder.record(each))))
    await clock.drive(recorder.flush())
    const counts = [...ledger.rows.values()].map(({ count }) => count)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(12_345)
    expect(ledger.rows.size).toBe(10_001)
    expect(ledger.rows.get(row('*'))).toMatchObject({ count: 2_345 })
  })
})
