import { expect, it } from 'vitest'
import type { Decision } from '../../../shared/rate-limits/decision.ts'
import { decisionMetrics } from '../../../shared/rate-limits/decision-metrics.ts'
import { decisionOf } from '../../../shared/rate-limits/decision.ts'
import { RateLimitRule } from '../../../shared/rate-limits/rule.ts'
import { manualEffects } from '../../support/effects.ts'
import { capturedOutput } from '../../support/output.ts'

const output = capturedOutput()

const rule = (mode: 'enforce' | 'shadow') =>
  RateLimitRule.parse({ name: 'r', scope: 'user', mode, windows: [{ limit: 1, windowSeconds: 60 }] })
const decision = (
  parts: { allowed?: boolean; degraded?: boolean },
  mode: 'enforce' | 'shadow' = 'enforce',
): Decision =>
  decisionOf(rule(mode), 'ada', {
    allowed: true,
    reason: 'admitted',
    standings: [],
    degraded: false,
    ...parts,
  })
const written = (name: string) => output().flatMap((line) => (name in line ? [line[name]] : []))

it('writes the sums of a flood once a second', () => {
  const clock = manualEffects()
  const metrics = decisionMetrics(clock)
  for (let n = 0; n < 1_000; n += 1) metrics.add(decision({ allowed: false }))
  expect(written('RateLimitDenied')).toEqual([1])
  clock.advance(1_000)
  metrics.add(decision({ allowed: false, degraded: true }))
  expect(written('RateLimitDenied')).toEqual([1, 1_000])
  expect(written('RateLimitDegraded')).toEqual([1])
})

it('writes what is left at the end', () => {
  const metrics = decisionMetrics(manualEffects())
  for (let n = 0; n < 3; n += 1) metrics.add(decision({ allowed: false }, 'shadow'))
  metrics.flush()
  expect(written('RateLimitShadowDenied')).toEqual([1, 2])
  expect(written('RateLimitDenied')).toEqual([])
})

it('says nothing of decisions that simply admit', () => {
  const metrics = decisionMetrics(manualEffects())
  metrics.add(decision({}))
  metrics.flush()
  expect(output()).toEqual([])
})
