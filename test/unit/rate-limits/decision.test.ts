import { expect, test } from 'vitest'
import { decisionOf, type Verdict } from '../../../shared/rate-limits/decision.ts'
import { exempt } from '../../../shared/rate-limits/verdicts.ts'
import { ruleWith } from '../../support/counter-model.ts'

const ENFORCED = ruleWith()
const SHADOW = ruleWith({ mode: 'shadow' })
const DENIED: Verdict = {
  allowed: false,
  reason: 'limit_reached',
  standings: [{ limit: 10, windowSeconds: 60, used: 10, remaining: 0, resetMs: 5_000 }],
  retryAfterMs: 5_000,
  degraded: false,
}

test('a rule that is enforced denies', () => {
  expect(decisionOf(ENFORCED, 'ada', DENIED)).toEqual({
    ...DENIED,
    rule: ENFORCED,
    identifier: 'ada',
    shadowDenied: false,
  })
})

test('a rule that only looks on allows, says that it would have denied and why, and asks nobody to wait', () => {
  const { retryAfterMs: _, ...rest } = DENIED
  const decision = decisionOf(SHADOW, 'ada', DENIED)
  expect(decision).toEqual({ ...rest, rule: SHADOW, identifier: 'ada', allowed: true, shadowDenied: true })
})

test('who is allowed is allowed in either mode', () => {
  for (const rule of [ENFORCED, SHADOW]) {
    expect(decisionOf(rule, 'ada', exempt())).toMatchObject({ allowed: true, shadowDenied: false })
  }
})

test('a denial in a rule that only looks on keeps what the store has to say', () => {
  const decision = decisionOf(SHADOW, 'ada', { ...DENIED, degraded: true, reason: 'store_unavailable' })
  expect(decision).toMatchObject({ allowed: true, degraded: true, reason: 'store_unavailable' })
})
