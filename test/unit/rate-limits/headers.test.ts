import { describe, expect, it } from 'vitest'
import type { Standing } from '../../../shared/rate-limits/counter.ts'
import { decisionOf, type Decision, type Verdict } from '../../../shared/rate-limits/decision.ts'
import { denialOf } from '../../../shared/rate-limits/denial.ts'
import { limitHeaders, policyName, wholeSeconds } from '../../../shared/rate-limits/headers.ts'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { problemDocument } from '../../../shared/kernel/errors.ts'

const NOW = Date.parse('2026-02-15T12:00:00.000Z')
const rule = (name: string, windowSeconds: readonly number[] = [60]) =>
  RateLimitRule.parse({
    name,
    scope: 'user',
    windows: windowSeconds.map((seconds) => ({ limit: 100, windowSeconds: seconds })),
  })
const standing = (rest: Partial<Standing> = {}): Standing => ({
  limit: 100,
  windowSeconds: 60,
  used: 50,
  remaining: 50,
  resetMs: 29_001,
  ...rest,
})
const decision = (verdict: Partial<Verdict> = {}, ruled = rule('api')): Decision =>
  decisionOf(ruled, 'ada', {
    allowed: true,
    reason: 'admitted',
    standings: [standing()],
    degraded: false,
    ...verdict,
  })
const denial = (retryAfterMs?: number, standings = [standing({ remaining: 0 })]) =>
  decision({
    allowed: false,
    reason: 'limit_reached',
    standings,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })
const headers = (decisions: readonly Decision[], legacy = false) =>
  limitHeaders(decisions, { legacy, now: NOW })

describe('the headers of an answer', () => {
  it('name the policy, what remains and when there is more', () => {
    expect(headers([decision()])).toEqual({
      'ratelimit-policy': '"api";q=100;w=60',
      ratelimit: '"api";r=50;t=30',
    })
  })

  it('name each window of a rule that has several, and each rule', () => {
    const two = decision(
      { standings: [standing({ windowSeconds: 1 }), standing({ windowSeconds: 86_400 })] },
      rule('busy', [1, 86_400]),
    )
    expect(headers([two, decision()])['ratelimit-policy']).toBe(
      '"busy/1";q=100;w=1, "busy/86400";q=100;w=86400, "api";q=100;w=60',
    )
    expect(policyName(two, { windowSeconds: 1 })).toBe('busy/1')
  })

  it('say nothing of a caller that was not counted', () => {
    expect(headers([decision({ reason: 'exempt', standings: [] })], true)).toEqual({})
  })

  it('carry the older names of the tightest window, for those who ask for them', () => {
    const both = [decision(), decision({ standings: [standing({ remaining: 3, resetMs: 1_500 })] })]
    expect(headers(both, true)).toMatchObject({
      'x-ratelimit-limit': '100',
      'x-ratelimit-remaining': '3',
      'x-ratelimit-reset': String(NOW / 1000 + 2),
    })
    expect(headers(both)).not.toHaveProperty('x-ratelimit-limit')
  })

  it('ask to wait in whole seconds, never for less than it takes', () => {
    expect(headers([denial(1_001), denial(400)])['retry-after']).toBe('2')
    expect(wholeSeconds(0)).toBe(1)
    expect(wholeSeconds(1_000)).toBe(1)
  })

  it('do not ask to wait where waiting does not help', () => {
    expect(headers([denial(1_000), denial()])).not.toHaveProperty('retry-after')
    expect(headers([decision()])).not.toHaveProperty('retry-after')
  })
})

const document = (denied: Decision) => problemDocument(denialOf(denied, { 'retry-after': '9' }), 'r-1')

describe('the error of a denied caller', () => {
  it('is quota-exceeded, and names the policies that were violated', () => {
    const two = denial(1_000, [standing({ remaining: 0, windowSeconds: 1 }), standing({ windowSeconds: 60 })])
    const ruled = { ...two, rule: rule('busy', [1, 60]) }
    expect(document(ruled)).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      status: 429,
      code: 'rate_limited',
      'violated-policies': ['busy/1'],
    })
    expect(denialOf(ruled, { 'retry-after': '9' }).headers).toEqual({ 'retry-after': '9' })
  })

  it('says when no waiting helps', () => {
    const never = decision({ allowed: false, reason: 'cost_exceeds_limit' })
    expect(document(never)).toMatchObject({
      status: 429,
      detail: 'More was asked for than the limit ever allows.',
      'violated-policies': ['api'],
    })
  })

  it('says until when a caller is blocked, if that is known', () => {
    const blocked = { allowed: false, reason: 'blocked', standings: [] } as const
    expect(
      document(decision({ ...blocked, retryAfterMs: 60_000, blockedUntil: NOW + 60_000 })),
    ).toMatchObject({
      status: 403,
      code: 'blocked',
      detail: 'The block ends at 2026-02-15T12:01:00.000Z.',
    })
    expect(document(decision(blocked))).not.toHaveProperty('detail')
  })

  it('does not accuse anybody when the limiter could not count', () => {
    const closed = decision({ allowed: false, reason: 'store_unavailable', standings: [], degraded: true })
    expect(document(closed)).toMatchObject({ status: 503, code: 'unavailable' })
  })
})
