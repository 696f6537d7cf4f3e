import { describe, expect, it } from 'vitest'
import type { LimitRequest } from '../../../shared/rate-limits/decision.ts'
import { limitSetOf } from '../../../shared/rate-limits/limit-set.ts'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { ruleNamed, subjectOf } from '../../../shared/rate-limits/subject.ts'
import { problemOf } from '../../support/problem.ts'

const windows = [{ limit: 1, windowSeconds: 60 }]
const rules = ['user', 'ip', 'route', 'organization'].map((scope) =>
  RateLimitRule.parse({ name: scope, scope, windows }),
)
const known = (stored: readonly RateLimitRule[] = [], confirmed = true) => ({
  set: limitSetOf(
    rules,
    stored.map((rule) => ({ rule })),
    [],
  ),
  confirmed,
})
const of = (request: LimitRequest) => subjectOf(known(), request, 'body.')
const fieldsOf = (request: LimitRequest) => problemOf(() => of(request)).fields

describe('a rule', () => {
  it('is found by its name and by its id', () => {
    expect(ruleNamed(known(), 'user').name).toBe('user')
    expect(ruleNamed(known(), 'user_rule_id').name).toBe('user')
  })

  it('whose own name ends like an id is found by that name', () => {
    const odd = RateLimitRule.parse({ name: 'user_rule_id', scope: 'user', windows })
    expect(ruleNamed(known([odd]), 'user_rule_id')).toBe(odd)
  })

  it('that does not exist is an error that names it', () => {
    expect(problemOf(() => ruleNamed(known(), 'nobody'))).toMatchObject({
      code: 'unknown_rule',
      detail: 'There is no rule "nobody".',
    })
  })

  it('may be in the store, as long as that has not been read', () => {
    expect(problemOf(() => ruleNamed(known([], false), 'nobody'))).toMatchObject({
      code: 'unavailable',
      detail: 'The rule "nobody" cannot be looked up now.',
    })
    expect(ruleNamed(known([], false), 'user').name).toBe('user')
  })
})

describe('whom a request counts for', () => {
  it('is whom it names', () => {
    expect(of({ rule: 'user', identifier: 'ada', cost: 3, roles: ['viewer'] })).toMatchObject({
      identifier: 'ada',
      identities: { user: 'ada' },
      address: undefined,
      cost: 3,
      roles: ['viewer'],
    })
  })

  it('is else what the caller is known by in the scope of the rule, and else its address', () => {
    const identities = { user: 'ada', ip: '192.0.2.7' }
    expect(of({ rule: 'user', identities }).identifier).toBe('ada')
    expect(of({ rule: 'organization', identities }).identifier).toBe('192.0.2.7')
  })

  it('is the network of an IPv6 address, while ranges are looked up by the address itself', () => {
    expect(of({ rule: 'ip', identifier: '2001:db8::7' })).toMatchObject({
      identifier: '2001:db8::/64',
      identities: { ip: '2001:db8::/64' },
      address: '2001:db8::7',
    })
    expect(of({ rule: 'user', identities: { user: 'ada', ip: '2001:db8::7' } })).toMatchObject({
      identities: { user: 'ada', ip: '2001:db8::/64' },
      address: '2001:db8::7',
    })
  })

  it('must be said: nobody shares a limit with strangers', () => {
    const reason = 'must name the user that the rule counts'
    expect(fieldsOf({ rule: 'user' })).toEqual([{ path: 'body.identifier', reason }])
    expect(fieldsOf({ rule: 'user', identifier: '' })).toEqual([{ path: 'body.identifier', reason }])
  })

  it('must have an address that can be read', () => {
    const reason = 'must be an IPv4 or IPv6 address'
    expect(fieldsOf({ rule: 'ip', identifier: 'unknown' })).toEqual([{ path: 'body.identifier', reason }])
    expect(fieldsOf({ rule: 'user', identifier: 'ada', identities: { ip: '' } })).toEqual([
      { path: 'body.identities.ip', reason },
    ])
  })

  it.each([0, -3, 0.5, Number.NaN, Infinity, 1_000_001])(
    'costs what can be counted, which %j is not',
    (cost) => {
      expect(fieldsOf({ rule: 'user', identifier: 'ada', cost })).toMatchObject([{ path: 'body.cost' }])
    },
  )

  it.each(['x'.repeat(257), 'a\u0000b'])('is nobody whose name cannot be stored', (identifier) => {
    expect(fieldsOf({ rule: 'user', identifier })).toMatchObject([{ path: 'body.identifier' }])
  })
})
