import { expect, test } from 'vitest'
import { DEFAULT_RULES } from '../../../shared/rate-limits/default-rules.ts'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'

const rules = DEFAULT_RULES.map((rule) => RateLimitRule.parse(rule))
const named = (name: string) => rules.find((rule) => rule.name === name)

test('every default rule is a rule, and no two have the same name', () => {
  expect(new Set(rules.map(({ name }) => name)).size).toBe(DEFAULT_RULES.length)
})

test.each([
  ['global_default', 'user', 1_000, ['superadmin', 'admin']],
  ['auth_endpoints', 'ip', 20, []],
  ['api_heavy', 'user', 10, ['superadmin']],
] as const)('%s counts by %s, %i a minute, but for %j', (name, scope, limit, exemptRoles) => {
  expect(named(name)).toMatchObject({ scope, windows: [{ limit, windowSeconds: 60 }], exemptRoles })
})

test('every default rule is enforced and says what it is for', () => {
  for (const { mode, description } of rules) {
    expect(mode).toBe('enforce')
    expect(description).not.toBe('')
  }
})
