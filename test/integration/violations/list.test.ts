import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeCursors } from '../../../shared/kernel/cursor.ts'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { aggregate } from '../../../shared/violations/aggregate.ts'
import { listViolations, type ViolationFilter } from '../../../shared/violations/list.ts'
import { tallyWrite } from '../../../shared/violations/store.ts'
import { hourOf, type HourlyViolation } from '../../../shared/violations/violation.ts'
import { manualEffects } from '../../support/effects.ts'
import { rejectionOf } from '../../support/problem.ts'
import { testTable } from '../../support/table.ts'

const NOW = Date.parse('2026-02-15T12:30:00.000Z')
const MINUTE_MS = 60_000
const effects = manualEffects(NOW, 'immediate')
const started = testTable(effects)
const cursors = makeCursors(Buffer.alloc(32, 1))

const rule = (name: string, scope: 'user' | 'ip') =>
  RateLimitRule.parse({ name, scope, windows: [{ limit: 5, windowSeconds: 60 }] })
const rules = new Map(
  [rule('login', 'ip'), rule('upload', 'user'), rule('unused', 'user')].map((each) => [each.name, each]),
)

const CALLERS = {
  login: ['192.0.2.1', '2001:db8::/64', '*'],
  upload: ['ada', 'bob', 'eve'],
  former: ['ada', 'zoe'],
} as const
const RULES = ['login', 'upload', 'former'] as const

/** Rows of the last two days, some of each rule and caller. */
const rows: readonly HourlyViolation[] = Array.from({ length: 150 }, (_, n) => {
  const name = RULES[n % 3] ?? 'login'
  const lastSeen = NOW - n * 19 * MINUTE_MS
  return {
    hour: hourOf(lastSeen),
    rule: name,
    scope: name === 'login' ? ('ip' as const) : ('user' as const),
    identifier: CALLERS[name][Math.floor(n / 3) % CALLERS[name].length] ?? '*',
    count: (n * 7) % 11,
    shadow: n % 4,
    firstSeen: lastSeen - MINUTE_MS,
    lastSeen,
  }
})

beforeAll(async () => {
  for (const row of rows) await started().table.commit([tallyWrite(row)], effects.id())
})

const list = (filter: ViolationFilter, limit: number, cursor?: string, now = NOW) =>
  listViolations(started().table, cursors, rules, filter, now, limit, cursor)

async function everyPage(filter: ViolationFilter, limit: number) {
  const first = await list(filter, limit)
  const all = [...first.violations]
  let cursor = first.nextCursor
  while (cursor !== undefined) {
    const page = await list(filter, limit, cursor, NOW + 90 * MINUTE_MS)
    expect(page.totals).toEqual(first.totals)
    all.push(...page.violations)
    cursor = page.nextCursor
  }
  return { all, totals: first.totals, complete: first.complete }
}

const asked: fc.Arbitrary<ViolationFilter> = fc.record({
  hours: fc.integer({ min: 1, max: 60 }),
  rule: fc.constantFrom(undefined, 'login', 'upload', 'upload_rule_id', 'unused', 'former'),
  scope: fc.constantFrom(undefined, 'user' as const, 'ip' as const),
  identifier: fc.constantFrom(undefined, 'ada', '192.0.2.1', '2001:DB8::77', '2001:db8::/64', '*', 'none'),
})

/** What a list should hold; with a caller and no rule, only rules that exist are looked at. */
function expected({ hours, rule: id, scope, identifier }: ViolationFilter) {
  const name = id?.replace(/_rule_id$/, '')
  const caller = identifier === '2001:DB8::77' ? '2001:db8::/64' : identifier
  return aggregate(
    rows.filter(
      (row) =>
        row.lastSeen >= NOW - hours * 60 * MINUTE_MS &&
        (name === undefined ? identifier === undefined || rules.has(row.rule) : row.rule === name) &&
        (scope ?? row.scope) === row.scope &&
        (caller ?? row.identifier) === row.identifier,
    ),
  )
}

const hasFormerRows = (filter: ViolationFilter) =>
  expected({ hours: filter.hours + 1, rule: 'former' }).length > 0

describe('the list of violations', () => {
  it('holds what matches once, most denied first, over all pages, with the totals of everything', async () => {
    await fc.assert(
      fc.asyncProperty(asked, fc.integer({ min: 1, max: 5 }), async (filter, limit) => {
        fc.pre(filter.rule !== 'former' || hasFormerRows(filter))
        const wanted = expected(filter)
        const { all, totals, complete } = await everyPage(filter, limit)
        expect(all).toEqual(wanted)
        expect(complete).toBe(true)
        expect(totals.count).toBe(wanted.reduce((sum, { count }) => sum + count, 0))
        expect(totals.shadow).toBe(wanted.reduce((sum, { shadow }) => sum + shadow, 0))
      }),
      { numRuns: 60 },
    )
  }, 60_000)

  it('shows what a rule has denied that no longer exists, and knows no rule that never did', async () => {
    const { violations } = await list({ hours: 48, rule: 'former_rule_id' }, 10)
    expect(violations.map(({ identifier }) => identifier).toSorted()).toEqual(['ada', 'zoe'])
    expect(await rejectionOf(() => list({ hours: 48, rule: 'never' }, 10))).toMatchObject({
      code: 'unknown_rule',
    })
  })

  it('opens a cursor for the same filters alone', async () => {
    const { nextCursor } = await list({ hours: 48 }, 1)
    const other = await rejectionOf(() => list({ hours: 47 }, 1, nextCursor))
    expect([nextCursor === undefined, other.code]).toEqual([false, 'invalid_cursor'])
  })

  it('reads whole hours when there are too many rules to ask for one caller by key', async () => {
    const many = new Map(rules)
    for (let n = 0; n < 100; n += 1) many.set(`rule-${n}`, rule(`rule-${n}`, 'user'))
    const filter = { hours: 48, identifier: 'zoe' }
    const { violations } = await listViolations(started().table, cursors, many, filter, NOW, 10)
    expect(violations).toMatchObject([{ rule: 'former', identifier: 'zoe' }])
  })
})
