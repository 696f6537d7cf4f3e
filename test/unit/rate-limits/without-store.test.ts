import { describe, expect, test } from 'vitest'
import { admissionBuckets } from '../../../shared/rate-limits/admission.ts'
import { callerCache, type Caller } from '../../../shared/rate-limits/callers.ts'
import { EMPTY_IMAGE, roomIn, shapesOf } from '../../../shared/rate-limits/counter.ts'
import { writeOverride } from '../../../shared/rate-limits/override.ts'
import type { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { takeBackOwed, withoutStore } from '../../../shared/rate-limits/without-store.ts'
import { admit, ruleWith } from '../../support/counter-model.ts'
import { START_MS } from '../../support/effects.ts'

const caller = (known: Partial<Caller> = {}): Caller =>
  Object.assign(callerCache({ now: () => START_MS })('ada'), known)
const share = (part: number): Caller => caller({ share: part })
const limited = (limit: number, fields: Partial<RateLimitRule> = {}) =>
  ruleWith({ windows: [{ limit, windowSeconds: 60 }], ...fields })

const owedBy = ({ owed }: Caller) => 100 - roomIn(shapesOf(limited(100), undefined), owed, START_MS)

/** How many of so many questions are answered with yes. */
function allowedOf(rule: RateLimitRule, asking: Caller, times: number, now = START_MS): number {
  const verdicts = Array.from({ length: times }, () => withoutStore({ rule, cost: 1 }, asking, now))
  return verdicts.filter(({ allowed }) => allowed).length
}

describe('a rule that fails open', () => {
  test('allows everything, and says that nothing was counted', () => {
    const rule = limited(1, { failurePolicy: 'open' })
    const asking = caller()
    expect(withoutStore({ rule, cost: 5 }, asking, START_MS)).toEqual({
      allowed: true,
      reason: 'store_unavailable',
      standings: [],
      degraded: true,
    })
    expect(allowedOf(rule, asking, 100)).toBe(100)
    expect(asking.owed).toBe(EMPTY_IMAGE)
  })
})

describe('a rule that fails closed', () => {
  test('allows nothing, and asks to come back in a second', () => {
    const rule = limited(100, { failurePolicy: 'closed' })
    expect(withoutStore({ rule, cost: 1 }, caller(), START_MS)).toEqual({
      allowed: false,
      reason: 'store_unavailable',
      standings: [],
      retryAfterMs: 1_000,
      degraded: true,
    })
  })
})

describe('a rule that falls back to this container', () => {
  test('admits the share of the limit that the container last had', () => {
    expect(allowedOf(limited(100), share(0.25), 200)).toBe(25)
    expect(allowedOf(limited(100), share(1), 200)).toBe(100)
    expect(allowedOf(limited(100), share(0), 200)).toBe(1)
  })

  test('admits a tenth of the limit where it does not know its share', () => {
    expect(allowedOf(limited(100), caller(), 200)).toBe(10)
  })

  test('says where the caller stands in that share, and that the store did not answer', () => {
    expect(withoutStore({ rule: limited(100), cost: 3 }, share(0.25), START_MS)).toEqual({
      allowed: true,
      reason: 'store_unavailable',
      standings: [{ limit: 25, windowSeconds: 60, used: 3, remaining: 22, resetMs: 65_000 }],
      degraded: true,
      owed: { cost: 3, buckets: admissionBuckets(shapesOf(limited(100), undefined), EMPTY_IMAGE, START_MS) },
    })
  })

  test('never admits more than what the store last had left, however large its share', () => {
    const rule = limited(100)
    const image = admit(rule, EMPTY_IMAGE, START_MS, { cost: 95 }).item
    expect(allowedOf(rule, caller({ share: 1, image }), 200)).toBe(5)
  })

  test('admits again when its share has room again, and not before', () => {
    const asking = share(0.25)
    expect(allowedOf(limited(100), asking, 200)).toBe(25)
    const denied = withoutStore({ rule: limited(100), cost: 1 }, asking, START_MS)
    expect(denied).toMatchObject({ allowed: false, degraded: true, retryAfterMs: 65_000 })
    expect(denied.standings).toMatchObject([{ limit: 25, used: 25, remaining: 0 }])
    expect(allowedOf(limited(100), asking, 200, START_MS + 64_999)).toBe(0)
    expect(allowedOf(limited(100), asking, 200, START_MS + 65_000)).toBe(25)
  })

  test('holds in every window', () => {
    const rule = ruleWith({
      windows: [
        { limit: 10, windowSeconds: 1 },
        { limit: 12, windowSeconds: 60 },
      ],
    })
    const asking = share(1)
    expect(allowedOf(rule, asking, 50)).toBe(10)
    expect(allowedOf(rule, asking, 50, START_MS + 2_000)).toBe(2)
  })

  test('asks nobody to come back sooner than in a second, since by then the store may answer', () => {
    const rule = limited(10)
    const verdict = withoutStore({ rule, cost: 5 }, share(0.2), START_MS)
    expect(verdict).toMatchObject({ allowed: false, retryAfterMs: 1_000 })
    const image = admit(ruleWith({ windows: [{ limit: 1, windowSeconds: 1 }] }), EMPTY_IMAGE, START_MS).item
    const short = ruleWith({ windows: [{ limit: 1, windowSeconds: 1 }] })
    const soon = withoutStore({ rule: short, cost: 1 }, caller({ share: 1, image }), START_MS + 900)
    expect(soon).toMatchObject({ allowed: false, retryAfterMs: 1_000 })
  })

  test('owes the store what it admits, and nothing that it denies', () => {
    const asking = share(0.25)
    for (const cost of [3, 4, 500]) withoutStore({ rule: limited(100), cost }, asking, START_MS)
    expect(owedBy(asking)).toBe(7)
  })

  test('takes back what it has admitted, as long as the store does not know of it', () => {
    const asking = share(0.25)
    const rule = limited(100)
    withoutStore({ rule, cost: 20 }, asking, START_MS)
    const { owed } = withoutStore({ rule, cost: 5 }, asking, START_MS)
    if (owed === undefined) throw new Error('There was room for 25.')
    expect(takeBackOwed(rule, owed, asking, START_MS)).toBe(true)
    expect(owedBy(asking)).toBe(20)
    expect(allowedOf(rule, asking, 200)).toBe(5)
    asking.owed = EMPTY_IMAGE
    expect(takeBackOwed(rule, owed, asking, START_MS)).toBe(false)
    expect(allowedOf(rule, asking, 200)).toBe(0)
  })

  test('admits nothing for a caller whose debt it could not remember', () => {
    const asking = caller({ share: 1, mayOwe: false })
    expect(allowedOf(limited(100), asking, 3)).toBe(0)
    expect(asking.owed).toBe(EMPTY_IMAGE)
  })

  test('goes by the override that the container last saw', () => {
    const doubled = { numbers: {}, texts: { ov: writeOverride({ multiplier: 2 }) } }
    expect(allowedOf(limited(10), caller({ share: 1, image: doubled }), 50)).toBe(20)
    const ended = { numbers: {}, texts: { ov: writeOverride({ multiplier: 2, expiresAt: START_MS }) } }
    expect(allowedOf(limited(10), caller({ share: 1, image: ended }), 50)).toBe(10)
  })
})

test('a caller that the container knows to be exempt stays so, whatever the policy', () => {
  const image = { numbers: {}, texts: { ov: writeOverride({ exempt: true, expiresAt: START_MS + 1 }) } }
  for (const failurePolicy of ['open', 'closed', 'local'] as const) {
    const rule = limited(1, { failurePolicy })
    const verdict = withoutStore({ rule, cost: 5 }, caller({ image }), START_MS)
    expect(verdict).toEqual({ allowed: true, reason: 'exempt', standings: [], degraded: true })
  }
  const closed = limited(1, { failurePolicy: 'closed' })
  expect(withoutStore({ rule: closed, cost: 1 }, caller({ image }), START_MS + 1).allowed).toBe(false)
})
