import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EMPTY_IMAGE, roomIn, shapesOf } from '../../../shared/rate-limits/counter.ts'
import { writeOverride } from '../../../shared/rate-limits/override.ts'
import { admittedAt, exempt, roomAt, settledBy, standingsOf } from '../../../shared/rate-limits/verdicts.ts'
import { admit, KEY, ruleWith } from '../../support/counter-model.ts'
import { START_MS } from '../../support/effects.ts'

const RULE = ruleWith({
  windows: [
    { limit: 4, windowSeconds: 1 },
    { limit: 10, windowSeconds: 60 },
  ],
})
const SHAPES = shapesOf(RULE, undefined)
const usedBy = (cost: number) => admit(RULE, EMPTY_IMAGE, START_MS, { cost }).item
const overridden = (cost: number, text: string) => ({ ...usedBy(cost), texts: { ov: text } })

describe('what an image settles', () => {
  test('nothing, as long as there is room', () => {
    expect(settledBy(usedBy(3), { rule: RULE, cost: 1 }, START_MS)).toBeUndefined()
    expect(settledBy(EMPTY_IMAGE, { rule: RULE, cost: 4 }, START_MS)).toBeUndefined()
  })

  test('a denial, with the time until there is room', () => {
    const verdict = settledBy(usedBy(3), { rule: RULE, cost: 2 }, START_MS)
    expect(verdict).toEqual({
      allowed: false,
      reason: 'limit_reached',
      standings: [
        { limit: 4, windowSeconds: 1, used: 3, remaining: 1, resetMs: 1_084 },
        { limit: 10, windowSeconds: 60, used: 3, remaining: 7, resetMs: 65_000 },
      ],
      retryAfterMs: 1_084,
      degraded: false,
    })
  })

  test('a denial without a time, where the cost is larger than a limit', () => {
    const verdict = settledBy(EMPTY_IMAGE, { rule: RULE, cost: 5 }, START_MS)
    expect(verdict).toMatchObject({ allowed: false, reason: 'cost_exceeds_limit' })
    expect(verdict).not.toHaveProperty('retryAfterMs')
  })

  test('that the caller is exempt, until the override ends', () => {
    const image = overridden(4, writeOverride({ exempt: true, expiresAt: START_MS + 1 }))
    expect(settledBy(image, { rule: RULE, cost: 1 }, START_MS)).toEqual(exempt())
    expect(settledBy(image, { rule: RULE, cost: 1 }, START_MS + 1)).toMatchObject({ allowed: false })
  })

  test('goes by the limits of an override', () => {
    const doubled = overridden(4, writeOverride({ multiplier: 2 }))
    expect(settledBy(doubled, { rule: RULE, cost: 1 }, START_MS)).toBeUndefined()
    const halved = overridden(2, writeOverride({ multiplier: 0.5 }))
    expect(settledBy(halved, { rule: RULE, cost: 1 }, START_MS)).toMatchObject({ allowed: false })
  })

  test('a denial is one that the store would give as well, now and until more room than that is found', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(2_000),
        (taken, cost, laterMs) => {
          const seen = usedBy(taken)
          const grown = admit(RULE, seen, START_MS, { cost: 1 }).item
          const verdict = settledBy(seen, { rule: RULE, cost }, START_MS + laterMs)
          fc.pre(verdict !== undefined)
          expect(admit(RULE, grown, START_MS + laterMs, { cost }).applied).toBe(false)
        },
      ),
    )
  })
})

describe('an admission', () => {
  const admission = { key: KEY, cost: 1, buckets: { S1: 1, S1o: 2 } }

  test('says where the caller stands, and can be given back', () => {
    const verdict = admittedAt(SHAPES, usedBy(3), START_MS, 0, admission)
    expect(verdict).toMatchObject({ allowed: true, reason: 'admitted', degraded: false, admission })
    expect(verdict.standings.map(({ remaining }) => remaining)).toEqual([1, 7])
    expect(verdict).not.toHaveProperty('retryAfterMs')
  })

  test('counts what this container holds in advance as still to be had', () => {
    const { standings } = admittedAt(SHAPES, usedBy(3), START_MS, 2, admission)
    expect(standings.map(({ used, remaining }) => [used, remaining])).toEqual([
      [1, 3],
      [1, 9],
    ])
    expect(standingsOf(SHAPES, usedBy(3), START_MS)[0]).toMatchObject({ used: 3, remaining: 1 })
  })
})

test('a look at the room takes nothing and says where the caller stands', () => {
  const image = overridden(3, writeOverride({ multiplier: 2 }))
  const verdict = roomAt(image, { rule: RULE, cost: 1 }, START_MS)
  expect(verdict).toMatchObject({ allowed: true, reason: 'admitted', degraded: false })
  expect(verdict.standings.map(({ limit, used }) => [limit, used])).toEqual([
    [8, 3],
    [20, 3],
  ])
  expect(verdict).not.toHaveProperty('admission')
  expect(roomIn(SHAPES, image, START_MS)).toBe(1)
})

test('whoever is exempt is allowed, and not counted', () => {
  expect(exempt()).toEqual({ allowed: true, reason: 'exempt', standings: [], degraded: false })
})
