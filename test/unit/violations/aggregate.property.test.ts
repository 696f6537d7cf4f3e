import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aggregate, pageAfter, totalsOf, type Position } from '../../../shared/violations/aggregate.ts'
import type { Violation } from '../../../shared/violations/violation.ts'

const row: fc.Arbitrary<Violation> = fc.record({
  rule: fc.constantFrom('login', 'upload', 'search'),
  scope: fc.constantFrom('user', 'ip'),
  identifier: fc.constantFrom('a', 'b', 'c', 'd'),
  count: fc.nat({ max: 3 }),
  shadow: fc.nat({ max: 2 }),
  firstSeen: fc.nat({ max: 100 }),
  lastSeen: fc.nat({ max: 100 }),
})
const rows = fc.array(row, { maxLength: 60 })

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

const names = (page: readonly Violation[]) =>
  page.map(({ rule, scope, identifier }) => `${rule} ${scope} ${identifier}`)

function everyPage(violations: readonly Violation[], limit: number): readonly Violation[] {
  const all: Violation[] = []
  let after: Position | undefined
  do {
    const { page, next } = pageAfter(violations, after, limit)
    expect(page.length).toBeLessThanOrEqual(limit)
    all.push(...page)
    after = next
  } while (after !== undefined)
  return all
}

describe('adding up violations', () => {
  it('loses and invents nothing, and has each caller of a rule once', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const sums = aggregate(given)
        expect(new Set(names(sums)).size).toBe(sums.length)
        expect(sum(sums.map(({ count }) => count))).toBe(sum(given.map(({ count }) => count)))
        for (const each of sums) {
          const own = given.filter(
            ({ rule, scope, identifier }) =>
              rule === each.rule && scope === each.scope && identifier === each.identifier,
          )
          expect(each).toMatchObject({
            shadow: sum(own.map(({ shadow }) => shadow)),
            firstSeen: Math.min(...own.map(({ firstSeen }) => firstSeen)),
            lastSeen: Math.max(...own.map(({ lastSeen }) => lastSeen)),
          })
        }
      }),
    )
  })

  it('puts the most denied first, in the same order whatever the order of the rows', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const sums = aggregate(given)
        expect(aggregate(given.toReversed())).toEqual(sums)
        const counts = sums.map(({ count }) => count)
        expect(counts).toEqual(counts.toSorted((left, right) => right - left))
      }),
    )
  })

  it('has totals that are the sums of its lines', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const sums = aggregate(given)
        const { count, shadow, byRule } = totalsOf(sums)
        expect([count, shadow]).toEqual([
          sum(given.map((each) => each.count)),
          sum(given.map((each) => each.shadow)),
        ])
        expect(sum(byRule.map((each) => each.identifiers))).toBe(sums.length)
        expect(sum(byRule.map((each) => each.count))).toBe(count)
        expect(byRule.map((each) => each.rule).toSorted()).toEqual(
          [...new Set(given.map(({ rule }) => rule))].toSorted(),
        )
      }),
    )
  })
})

describe('the pages of a list', () => {
  it('hold every line once, in order', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 10 }), (given, limit) => {
        const sums = aggregate(given)
        expect(everyPage(sums, limit)).toEqual(sums)
      }),
    )
  })

  it('never hold a line twice, when some of it grows between two pages', () => {
    fc.assert(
      fc.property(rows, rows, fc.integer({ min: 1, max: 5 }), (given, more, limit) => {
        const first = pageAfter(aggregate(given), undefined, limit)
        const second = pageAfter(aggregate([...given, ...more]), first.next, 100)
        const both = [...names(first.page), ...(first.next === undefined ? [] : names(second.page))]
        expect(new Set(both).size).toBe(both.length)
      }),
    )
  })
})
