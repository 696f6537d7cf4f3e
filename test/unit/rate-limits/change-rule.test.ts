import { describe, expect, it } from 'vitest'
import { deleteRule, putRule, ruleInForce, ruleView } from '../../../shared/rate-limits/change-rule.ts'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'

const rule = (limit: number, scope: 'user' | 'ip' = 'user') =>
  RateLimitRule.parse({ name: 'uploads', scope, windows: [{ limit, windowSeconds: 60 }] })

const nothing = { name: 'uploads', defined: undefined, stored: undefined, version: 0 }
const defined = { ...nothing, defined: rule(10) }
const changed = { ...defined, stored: rule(20), version: 3 }
const created = { ...nothing, stored: rule(20), version: 1 }

describe('the rule that holds', () => {
  it('is the stored one before the defined one', () => {
    expect([nothing, defined, changed, created].map(ruleInForce)).toEqual([
      undefined,
      rule(10),
      rule(20),
      rule(20),
    ])
  })
})

describe('putting a rule', () => {
  it('creates it where there is none, and changes it where there is one', () => {
    expect(putRule(nothing, rule(5))).toEqual({
      next: { ...nothing, stored: rule(5), version: 1 },
      action: 'rate-limit-rule.created',
    })
    expect(putRule(defined, rule(5))).toEqual({
      next: { ...defined, stored: rule(5), version: 1 },
      action: 'rate-limit-rule.changed',
    })
    expect(putRule(changed, rule(5))).toMatchObject({
      next: { version: 4 },
      action: 'rate-limit-rule.changed',
    })
  })

  it('never makes it count by something else', () => {
    expect(putRule(defined, rule(5, 'ip'))).toBe('scope_fixed')
    expect(putRule(created, rule(5, 'ip'))).toBe('scope_fixed')
    expect(putRule(nothing, rule(5, 'ip'))).toMatchObject({ action: 'rate-limit-rule.created' })
  })
})

describe('deleting a rule', () => {
  it('takes it back to its definition, or makes it vanish when it has none; its version goes on', () => {
    expect(deleteRule(changed)).toEqual({
      next: { ...defined, version: 4 },
      action: 'rate-limit-rule.restored',
    })
    expect(deleteRule(created)).toEqual({
      next: { ...nothing, version: 2 },
      action: 'rate-limit-rule.deleted',
    })
  })

  it('has nothing to take back of what is only defined', () => {
    expect(deleteRule(defined)).toBe('defined')
    expect(deleteRule({ ...defined, version: 4 })).toBe('defined')
  })
})

describe('a rule as the API shows it', () => {
  it('says where it comes from', () => {
    const origins = [defined, changed, created].map((known) => ruleView(rule(1), known).origin)
    expect(origins).toEqual(['defined', 'changed', 'created'])
  })

  it('has every field in the spelling of the API', () => {
    const whole = RateLimitRule.parse({
      name: 'uploads',
      description: 'Uploads',
      scope: 'ip',
      windows: [
        { limit: 2, windowSeconds: 1 },
        { limit: 9, windowSeconds: 60 },
      ],
      exemptRoles: ['admin'],
      mode: 'shadow',
      failurePolicy: 'closed',
      precision: 'fine',
      leases: 'off',
      autoBlock: { violationsPerHour: 5, blockSeconds: 600 },
    })
    expect(ruleView(whole, created)).toEqual({
      name: 'uploads',
      description: 'Uploads',
      scope: 'ip',
      windows: [
        { limit: 2, window_seconds: 1 },
        { limit: 9, window_seconds: 60 },
      ],
      exempt_roles: ['admin'],
      mode: 'shadow',
      failure_policy: 'closed',
      precision: 'fine',
      leases: 'off',
      auto_block: { violations_per_hour: 5, block_seconds: 600 },
      origin: 'created',
      version: 1,
    })
  })
})
