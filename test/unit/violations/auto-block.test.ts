import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import {
  blockCondition,
  blockRequest,
  isBlocking,
  judge,
  type BlockingRule,
} from '../../../shared/violations/auto-block.ts'
import { countedAs } from '../../../shared/violations/identity.ts'
import { hoursBetween, type HourlyViolation } from '../../../shared/violations/violation.ts'

const plain = RateLimitRule.parse({
  name: 'login',
  scope: 'user',
  windows: [{ limit: 5, windowSeconds: 60 }],
})
const rule: BlockingRule = { ...plain, autoBlock: { violationsPerHour: 10, blockSeconds: 3_600 } }

const row = (parts: Partial<HourlyViolation>): HourlyViolation => ({
  hour: '2026-02-15T12',
  rule: 'login',
  scope: 'user',
  identifier: 'eve',
  count: 10,
  shadow: 0,
  firstSeen: 1,
  lastSeen: 2,
  ...parts,
})
const nobody = () => false
const at = (time: string) => Date.parse(`2026-02-15T${time}:00Z`)
const offendersOf = (rows: readonly HourlyViolation[]) =>
  judge(rule, rows, nobody).offenders.map(({ value }) => value)

describe('whoever is denied often within one hour', () => {
  it('is blocked from the configured number on, the worst first', () => {
    const rows = [
      row({ identifier: 'below', count: 9 }),
      row({ identifier: 'just' }),
      row({ identifier: 'far', count: 99 }),
    ]
    expect(offendersOf(rows)).toEqual(['far', 'just'])
  })

  it('is not blocked for two hours that are too much only together', () => {
    expect(offendersOf([row({ count: 9 }), row({ count: 9, hour: '2026-02-15T11' })])).toEqual([])
  })

  it('is not blocked for what a rule in shadow mode would have denied', () => {
    expect(offendersOf([row({ count: 0, shadow: 50 })])).toEqual([])
  })

  it('is not blocked again for what it was blocked for before', () => {
    expect(offendersOf([row({ blockedAt: 7 })])).toEqual([])
  })

  it('gets one block for two such hours, and both count as spent', () => {
    const both = [row({ count: 12 }), row({ count: 30, hour: '2026-02-15T11' })]
    const [offender, ...others] = judge(rule, both, nobody).offenders
    expect(others).toEqual([])
    expect(offender?.rows.map(({ count }) => count)).toEqual([30, 12])
  })

  it('is not blocked while it is blocked already, nor for that hour afterwards', () => {
    const rows = [row({}), row({ identifier: 'ada' })]
    const judged = judge(rule, rows, (_scope, value) => value === 'eve')
    expect(judged.offenders.map(({ value }) => value)).toEqual(['ada'])
    expect(judged.covered).toEqual([rows[0]])
  })

  it('is not blocked when nobody knows who it is, or everybody would be', () => {
    expect(offendersOf([row({ identifier: '*' }), row({ scope: 'route', identifier: '/films' })])).toEqual([])
  })
})

describe('the block', () => {
  it('says why, and ends after the time that the rule says', () => {
    const offender = { scope: 'user' as const, value: 'eve', rows: [row({ count: 12 }), row({ count: 11 })] }
    expect(blockRequest(rule, offender, 1_000)).toEqual({
      scope: 'user',
      value: 'eve',
      rule: 'login',
      reason: 'Denied 12 times within an hour by the rule "login".',
      expiresAt: 3_601_000,
    })
  })

  it('is made by rules that say so alone', () => {
    expect([plain, rule].filter(isBlocking)).toEqual([rule])
  })
})

describe('the alert', () => {
  it.each([
    [1, '1 caller is blocked after 10 or more denials within an hour.'],
    [3, '3 callers are blocked after 10 or more denials within an hour.'],
  ])('says how many callers are blocked: %i', (callers, message) => {
    expect(blockCondition(rule, callers)).toMatchObject({ message, severity: 'warning' })
  })

  it('is the same one however many callers there are, and another one for another rule', () => {
    const labels = [
      blockCondition(rule, 1),
      blockCondition(rule, 2),
      blockCondition({ ...rule, name: 'x' }, 1),
    ]
    expect(labels.map((condition) => condition.labels)).toEqual([
      { kind: 'rate_limit_block', rule: 'login' },
      { kind: 'rate_limit_block', rule: 'login' },
      { kind: 'rate_limit_block', rule: 'x' },
    ])
  })

  it('has a section in the runbook', () => {
    const [page = '', section = ''] = blockCondition(rule, 1).runbook?.split('#') ?? []
    expect(readFileSync(page, 'utf8')).toContain(`\n## ${section}\n`)
  })
})

describe('what a caller is counted by', () => {
  it.each([
    ['ip', '192.0.2.1', '192.0.2.1'],
    ['ip', '2001:DB8:0:0:1::7', '2001:db8::/64'],
    ['ip', '2001:db8::/64', '2001:db8::/64'],
    ['ip', 'eve', undefined],
    ['user', 'eve', 'eve'],
    ['user', '2001:DB8::1', '2001:DB8::1'],
  ] as const)('in the scope %s, %s is %s', (scope, identifier, counted) => {
    expect(countedAs(scope, identifier)).toBe(counted)
  })
})

describe('the hours of a time span', () => {
  it('are whole clock hours, the newest first', () => {
    expect(hoursBetween(at('10:59'), at('12:00'))).toEqual([
      '2026-02-15T12',
      '2026-02-15T11',
      '2026-02-15T10',
    ])
  })
})
