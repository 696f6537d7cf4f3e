import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Grade } from '../../../shared/health/confirmation.ts'
import {
  discount,
  judgeBatch,
  nextProber,
  type ProberEvent,
  type ProberState,
} from '../../../shared/health/impaired.ts'

const good = { grade: 'good', timedOut: false } as const
const slow = { grade: 'slow', timedOut: false } as const
const refused = { grade: 'failed', timedOut: false } as const
const timedOut = { grade: 'failed', timedOut: true } as const
const own = { grade: 'inconclusive', timedOut: false } as const
const GRADES = ['good', 'slow', 'failed', 'inconclusive'] as const satisfies readonly Grade[]

describe('judging a batch', () => {
  test('more than half failing for the prober’s own reasons means that the prober is impaired', () => {
    expect(judgeBatch([own, own, good]).impaired).toBe(true)
  })

  test('exactly half is not more than half', () => {
    expect(judgeBatch([own, good]).impaired).toBe(false)
    expect(judgeBatch([own, own, good, refused]).impaired).toBe(false)
  })

  test('an empty batch accuses nobody', () => {
    expect(judgeBatch([]).impaired).toBe(false)
  })

  test('time-outs everywhere are the prober’s fault', () => {
    expect(judgeBatch([timedOut, timedOut, timedOut]).impaired).toBe(true)
    expect(judgeBatch([timedOut, own, refused]).impaired).toBe(true)
  })

  test.each([[good], [slow]])(
    'one %j shows that the way out works, so time-outs are the targets’ fault',
    (answer) => {
      expect(judgeBatch([timedOut, timedOut, timedOut, timedOut, answer]).impaired).toBe(false)
    },
  )

  test('time-outs of fewer than three checks are the targets’ fault', () => {
    expect(judgeBatch([timedOut, timedOut]).impaired).toBe(false)
  })

  test('a refusal is never the prober’s fault', () => {
    fc.assert(
      fc.property(fc.nat(50), (count) => {
        expect(judgeBatch(Array.from({ length: count }, () => refused)).impaired).toBe(false)
      }),
    )
  })
})

describe('discounting a grade', () => {
  test('an impaired prober’s time-outs are inconclusive', () => {
    expect(discount('failed', true, true)).toBe('inconclusive')
  })

  test('what a target answered stands, even to an impaired prober', () => {
    for (const grade of GRADES) expect(discount(grade, false, true)).toBe(grade)
  })

  test('a trusted prober’s grades stand', () => {
    for (const grade of GRADES) expect(discount(grade, grade === 'failed', false)).toBe(grade)
  })

  test('when the prober is offline no check of the batch keeps a failure', () => {
    const offline = fc.array(fc.constantFrom(own, timedOut), { minLength: 3 })
    fc.assert(
      fc.property(offline, (batch) => {
        const { impaired } = judgeBatch(batch)
        for (const probe of batch)
          expect(discount(probe.grade, probe.timedOut, impaired)).toBe('inconclusive')
      }),
    )
  })
})

describe('the prober’s own state', () => {
  const MINUTE_MS = 60_000
  /** Feeds one judgement a minute and returns the kinds of events, with the minute in which each came. */
  function run(ticks: readonly boolean[]): { state: ProberState | undefined; events: string[] } {
    let state: ProberState | undefined
    const events: string[] = []
    for (const [minute, impaired] of ticks.entries()) {
      const decision = nextProber(state, impaired, minute * MINUTE_MS)
      state = decision.state
      events.push(...decision.events.map((event) => `${minute} ${event.kind}`))
    }
    return { state, events }
  }

  test('an impairment is told once, and its end after two clean ticks', () => {
    const { state, events } = run([false, true, true, true, false, false, false])
    expect(events).toEqual(['1 prober_impaired', '5 prober_recovered'])
    expect(state).toEqual({
      impaired: false,
      since: 5 * MINUTE_MS,
      cleanTicks: 0,
      lastTickAt: 6 * MINUTE_MS,
    })
  })

  test('a prober that is impaired from the start is told at once', () => {
    expect(run([true]).events).toEqual(['0 prober_impaired'])
  })

  test('a single clean tick does not clear it, and an impaired tick starts the count again', () => {
    expect(run([true, false, true, false]).events).toEqual(['0 prober_impaired'])
    expect(run([true, false, true, false, false]).events).toEqual(['0 prober_impaired', '4 prober_recovered'])
  })

  test('an impairment keeps the time at which it began', () => {
    expect(run([false, true, true, false]).state?.since).toBe(MINUTE_MS)
  })

  test('a repeated clean tick counts once', () => {
    const { state } = run([true, false])
    expect(nextProber(state, false, MINUTE_MS)).toEqual({ state, events: [] })
  })

  test('a repeated impaired tick is not told again and leaves the very same state', () => {
    const { state } = run([false, true])
    const again = nextProber(state, true, MINUTE_MS)
    expect(again.events).toEqual([])
    expect(again.state).toBe(state)
  })

  test('an impaired judgement takes back the clean one of the same tick', () => {
    const { state } = run([true, false])
    const { state: taken } = nextProber(state, true, MINUTE_MS)
    expect(taken).toMatchObject({ impaired: true, cleanTicks: 0 })
    expect(nextProber(taken, false, 2 * MINUTE_MS).events).toEqual([])
  })

  test('of two judgements for one tick, impaired wins', () => {
    const { state } = run([false, false])
    expect(nextProber(state, true, MINUTE_MS).events).toEqual([{ kind: 'prober_impaired' }])
  })

  test('an older tick changes nothing', () => {
    const { state } = run([false, false, false])
    expect(nextProber(state, true, MINUTE_MS)).toEqual({ state, events: [] })
  })

  test('impaired and recovered always alternate, beginning with impaired', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(30))), (ticks) => {
        let state: ProberState | undefined
        let expected: ProberEvent['kind'] = 'prober_impaired'
        for (const [impaired, minute] of ticks) {
          const decision = nextProber(state, impaired, minute * MINUTE_MS)
          state = decision.state
          for (const event of decision.events) {
            expect(event.kind).toBe(expected)
            expected = expected === 'prober_impaired' ? 'prober_recovered' : 'prober_impaired'
          }
          expect(state.impaired).toBe(expected === 'prober_recovered')
        }
      }),
    )
  })
})
