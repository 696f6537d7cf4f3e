import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  CONFIRM_AFTER_MS,
  CONFIRM_NEVER,
  type Grade,
  grade,
  nextReprobe,
  settle,
} from '../../../shared/health/confirmation.ts'
import type { FailureReason, ProbeOutcome } from '../../../shared/health/probe.ts'
import type { KnownStatus } from '../../../shared/health/status.ts'

const GRADES = ['good', 'slow', 'failed', 'inconclusive'] as const satisfies readonly Grade[]
const CURRENT: readonly (KnownStatus | undefined)[] = ['healthy', 'degraded', 'unhealthy', undefined]
const answered = (latencyMs: number): ProbeOutcome => ({ ok: true, latencyMs, message: 'Answered.' })
const failed = (reason: FailureReason): ProbeOutcome => ({
  ok: false,
  latencyMs: 5,
  reason,
  message: 'Failed.',
})

/** Runs the attempts of one slot as the prober does; `answers` is what each attempt would find. */
function runSlot(
  answers: readonly Grade[],
  current: KnownStatus | undefined,
  confirmAfterMs = CONFIRM_AFTER_MS,
) {
  const attempts: Grade[] = []
  const waitsMs: number[] = []
  for (const answer of answers) {
    attempts.push(answer)
    const waitMs = nextReprobe(attempts, current, confirmAfterMs)
    if (waitMs === undefined) break
    waitsMs.push(waitMs)
  }
  return { attempts, waitsMs, verdict: settle(attempts) }
}

describe('grading one attempt', () => {
  const thresholds = { normalBelowMs: 100, degradedAboveMs: 800 }

  test.each([
    [799, 'good'],
    [800, 'good'],
    [800.1, 'slow'],
  ] as const)('an answer after %d ms with a threshold of 800 ms is %s', (latencyMs, expected) => {
    expect(grade(answered(latencyMs), thresholds)).toBe(expected)
  })

  test('without thresholds no answer is slow', () => {
    expect(grade(answered(20_000))).toBe('good')
  })

  test.each(['network', 'credentials', 'configuration'] as const)(
    'a failure for the reason %s says nothing about the target',
    (reason) => {
      expect(grade(failed(reason), thresholds)).toBe('inconclusive')
    },
  )

  test.each(['refused', 'timeout', 'dns', 'tls', 'denied', 'protocol', 'unexpected', 'late'] as const)(
    'a failure for the reason %s is a failure of the target',
    (reason) => {
      expect(grade(failed(reason))).toBe('failed')
    },
  )
})

describe('re-probes within a slot', () => {
  test.each(['failed', 'slow'] as const)(
    'a %s first attempt is repeated 2 s and 5 s after it ended',
    (bad) => {
      expect(runSlot([bad, bad, bad, bad], 'healthy')).toEqual({
        attempts: [bad, bad, bad],
        waitsMs: [2_000, 5_000],
        verdict: bad,
      })
    },
  )

  test('a good first attempt is not repeated, whatever the status', () => {
    for (const current of CURRENT) expect(runSlot(['good', 'failed'], current).attempts).toEqual(['good'])
  })

  test('a good re-probe ends the slot and clears it', () => {
    expect(runSlot(['failed', 'good', 'failed'], 'healthy')).toMatchObject({
      waitsMs: [2_000],
      verdict: 'good',
    })
    expect(runSlot(['failed', 'slow', 'good'], 'healthy')).toMatchObject({
      waitsMs: [2_000, 5_000],
      verdict: 'good',
    })
  })

  test('a failure of a check that is unhealthy already is believed at once', () => {
    expect(runSlot(['failed', 'good'], 'unhealthy')).toMatchObject({ waitsMs: [], verdict: 'failed' })
  })

  test('a slow answer of a check that is degraded already is believed at once', () => {
    expect(runSlot(['slow', 'good'], 'degraded')).toMatchObject({ waitsMs: [], verdict: 'slow' })
  })

  test('a failure of a degraded check is confirmed until an attempt is no worse than degraded', () => {
    expect(runSlot(['failed', 'slow', 'good'], 'degraded')).toMatchObject({
      waitsMs: [2_000],
      verdict: 'slow',
    })
    expect(runSlot(['failed', 'failed', 'failed'], 'degraded')).toMatchObject({ verdict: 'failed' })
  })

  test('a slow answer of an unhealthy check is confirmed, because it may do better still', () => {
    expect(runSlot(['slow', 'good'], 'unhealthy')).toMatchObject({ waitsMs: [2_000], verdict: 'good' })
  })

  test('an inconclusive attempt ends the slot', () => {
    expect(runSlot(['inconclusive', 'failed'], 'healthy').attempts).toEqual(['inconclusive'])
  })

  test('a heartbeat is never repeated', () => {
    expect(runSlot(['failed', 'good'], 'healthy', CONFIRM_NEVER)).toMatchObject({
      waitsMs: [],
      verdict: 'failed',
    })
  })

  test('no slot makes more than three attempts', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...GRADES), { minLength: 1, maxLength: 8 }),
        fc.constantFrom(...CURRENT),
        (answers, current) => {
          expect(runSlot(answers, current).attempts.length).toBeLessThanOrEqual(3)
        },
      ),
    )
  })

  test('a healthy check gets a bad verdict only from three bad attempts', () => {
    const answers = fc.array(fc.constantFrom(...GRADES), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(answers, (all) => {
        const { attempts, verdict } = runSlot(all, 'healthy')
        const allBad = attempts.length === 3 && attempts.every((one) => one === 'slow' || one === 'failed')
        expect(verdict === 'slow' || verdict === 'failed').toBe(allBad)
      }),
    )
  })
})

describe('settling a slot', () => {
  test.each<[readonly Grade[], Grade]>([
    [['failed', 'failed', 'failed'], 'failed'],
    [['failed', 'failed', 'slow'], 'slow'],
    [['slow', 'failed', 'failed'], 'slow'],
    [['slow', 'failed', 'good'], 'good'],
  ])('%j settles on the mildest: %s', (attempts, expected) => {
    expect(settle(attempts)).toBe(expected)
  })

  test('a bad attempt whose re-probe was inconclusive is unconfirmed, so the slot is inconclusive', () => {
    expect(settle(['failed', 'inconclusive'])).toBe('inconclusive')
    expect(settle(['slow', 'inconclusive'])).toBe('inconclusive')
  })

  test('no attempts say nothing and ask for no re-probe', () => {
    expect(settle([])).toBe('inconclusive')
    expect(nextReprobe([], 'healthy', CONFIRM_AFTER_MS)).toBeUndefined()
  })

  test('one good attempt clears a slot wherever it stands', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...GRADES)), fc.nat(), (attempts, at) => {
        expect(settle(attempts.toSpliced(at % (attempts.length + 1), 0, 'good'))).toBe('good')
      }),
    )
  })
})
