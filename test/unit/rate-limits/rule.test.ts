import { describe, expect, test } from 'vitest'
import { Cost, Identifier, LimitWindow, RateLimitRule, RuleName } from '../../../shared/rate-limits/rule.ts'

const MINIMAL = { name: 'api', scope: 'user', windows: [{ limit: 10, windowSeconds: 60 }] }

/** The paths of the fields that are refused. */
const refused = (fields: object): string[] =>
  RateLimitRule.safeParse({ ...MINIMAL, ...fields }).error?.issues.map(({ path }) => path.join('.')) ?? []

describe('a rule', () => {
  test('says little: what it leaves out has a safe meaning', () => {
    expect(RateLimitRule.parse(MINIMAL)).toEqual({
      ...MINIMAL,
      description: '',
      exemptRoles: [],
      mode: 'enforce',
      failurePolicy: 'local',
      precision: 'standard',
      leases: 'adaptive',
    })
  })

  test('has a limit and a window of at least 1', () => {
    expect(refused({ windows: [{ limit: 0, windowSeconds: 60 }] })).toEqual(['windows.0.limit'])
    expect(refused({ windows: [{ limit: 10, windowSeconds: 0 }] })).toEqual(['windows.0.windowSeconds'])
    expect(refused({ windows: [{ limit: 1.5, windowSeconds: 0.5 }] })).toContain('windows.0.limit')
    expect(refused({ windows: [] })).toEqual(['windows'])
  })

  test('has no window that is longer than a month', () => {
    expect(LimitWindow.safeParse({ limit: 1, windowSeconds: 31 * 86_400 }).success).toBe(true)
    expect(LimitWindow.safeParse({ limit: 1, windowSeconds: 31 * 86_400 + 1 }).success).toBe(false)
  })

  test('has up to four windows of different length, finely cut up to two', () => {
    const windows = [1, 60, 3_600, 86_400].map((windowSeconds) => ({ limit: windowSeconds, windowSeconds }))
    expect(refused({ windows })).toEqual([])
    expect(refused({ windows: [...windows, { limit: 1, windowSeconds: 7 }] })).toEqual(['windows'])
    expect(refused({ windows: [...windows.slice(0, 1), { limit: 5, windowSeconds: 1 }] })).toEqual([
      'windows',
    ])
    expect(refused({ precision: 'fine', windows: windows.slice(0, 2) })).toEqual([])
    expect(refused({ precision: 'fine', windows: windows.slice(0, 3) })).toEqual(['windows'])
  })

  test('has no field that means nothing', () => {
    expect(refused({ scope: 'planet' })).toEqual(['scope'])
    expect(refused({ mode: 'maybe' })).toEqual(['mode'])
    expect(refused({ failurePolicy: 'ajar' })).toEqual(['failurePolicy'])
    expect(RateLimitRule.safeParse({ ...MINIMAL, burst: 5 }).success).toBe(false)
  })

  test('may block whoever it denies too often, for a minute at least', () => {
    expect(refused({ autoBlock: { violationsPerHour: 100, blockSeconds: 3_600 } })).toEqual([])
    expect(refused({ autoBlock: { violationsPerHour: 0, blockSeconds: 59 } })).toEqual([
      'autoBlock.violationsPerHour',
      'autoBlock.blockSeconds',
    ])
  })
})

test.each(['api', 'global_default', 'a', 'a-1', 'a'.repeat(63)])('a name of a rule: %s', (name) => {
  expect(RuleName.safeParse(name).success).toBe(true)
})

test.each(['', 'API', '1api', '_api', 'a b', 'a#b', 'a/b', 'a\n', 'a'.repeat(64)])(
  'no name of a rule: %j',
  (name) => {
    expect(RuleName.safeParse(name).success).toBe(false)
  },
)

test('an identifier is text of up to 256 characters without control characters', () => {
  for (const text of ['a', 'auth0|5f7', '2001:db8::/64', 'ada@example.org', 'é'.repeat(256)])
    expect(Identifier.safeParse(text).success).toBe(true)
  for (const text of ['', 'a'.repeat(257), 'a\u0000b', 'a\nb', '\u007f', 7])
    expect(Identifier.safeParse(text).success).toBe(false)
})

test('a cost is a whole number of at least 1', () => {
  for (const cost of [1, 7, 1_000_000]) expect(Cost.safeParse(cost).success).toBe(true)
  for (const cost of [0, -1, 1.5, 1_000_001, NaN, Infinity, '1'])
    expect(Cost.safeParse(cost).success).toBe(false)
})
