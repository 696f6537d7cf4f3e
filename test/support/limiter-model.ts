import * as fc from 'fast-check'
import { OVERRIDE_ATTRIBUTE, overrideOn, shapesOf } from '../../shared/rate-limits/counter.ts'
import type { Decision } from '../../shared/rate-limits/decision.ts'
import { counterKey } from '../../shared/rate-limits/limiter.ts'
import { writeOverride, type Override } from '../../shared/rate-limits/override.ts'
import { RateLimitRule } from '../../shared/rate-limits/rule.ts'
import type { Shape } from '../../shared/rate-limits/windows.ts'
import type { LabLimiter, LimiterLab } from './limiter-lab.ts'
import { peakOf, type Peak } from './sliding-log.ts'

/** What happens in a run of the model. */
export type Step =
  | { readonly kind: 'decide'; readonly limiter: number; readonly cost: number }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'override'; readonly override: Override | undefined }
  | { readonly kind: 'refund'; readonly decision: number }

export const LIMITERS = 3
export const IDENTIFIER = 'somebody'
const WINDOWS = [
  [{ limit: 10, windowSeconds: 40 }],
  [{ limit: 12, windowSeconds: 6 }],
  [
    { limit: 9, windowSeconds: 3 },
    { limit: 14, windowSeconds: 12 },
  ],
]

/** Coarse and fine, with and without leases, one window and two. */
export const rules = fc
  .record({
    precision: fc.constantFrom('standard' as const, 'fine' as const),
    leases: fc.constantFrom('adaptive' as const, 'off' as const),
    windows: fc.constantFrom(...WINDOWS),
  })
  .map((fields) =>
    RateLimitRule.parse({ name: 'modelled', scope: 'user', failurePolicy: 'closed', ...fields }),
  )

/** How far each clock is ahead, milliseconds. */
export const skewsMs = fc.tuple(
  ...Array.from({ length: LIMITERS }, () => fc.integer({ min: -400, max: 400 })),
)

export const decide = fc.record({
  kind: fc.constant('decide' as const),
  limiter: fc.nat({ max: LIMITERS - 1 }),
  cost: fc.integer({ min: 1, max: 5 }),
})
/** From nothing at all to longer than a window. */
export const advance = fc.record({
  kind: fc.constant('advance' as const),
  ms: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 0, max: 60 }) },
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 1_200 }) },
    { weight: 1, arbitrary: fc.integer({ min: 2_000, max: 13_000 }) },
  ),
})
export const override = fc.record({
  kind: fc.constant('override' as const),
  override: fc.option(
    fc.oneof(fc.record({ multiplier: fc.constantFrom(0.25, 0.5, 2, 3) }), fc.constant({ exempt: true })),
    { nil: undefined },
  ),
})
export const refund = fc.record({ kind: fc.constant('refund' as const), decision: fc.nat({ max: 60 }) })

export const keyOf = (rule: RateLimitRule) => counterKey(rule, IDENTIFIER)

/** Puts or removes the caller's override, as the API does. */
export const putOverride = ({ store }: LimiterLab, rule: RateLimitRule, override: Override | undefined) =>
  store.write(keyOf(rule), OVERRIDE_ATTRIBUTE, override && writeOverride(override))

/** The caller's windows, as the store's own item has them. */
export function trueShapes({ store }: LimiterLab, rule: RateLimitRule, now: number): readonly Shape[] {
  return shapesOf(rule, overrideOn(store.itemAt(keyOf(rule)), now))
}

/** A decision, who made it when by his clock, and whether the store was asked. */
export interface Made {
  readonly decision: Decision
  readonly limiter: LabLimiter
  readonly now: number
  readonly fromStore: boolean
}

/** Decides once. */
export async function made(lab: LimiterLab, rule: RateLimitRule, index: number, cost: number): Promise<Made> {
  const limiter = lab.limiters[index]
  if (limiter === undefined) throw new Error(`There is no limiter ${index}.`)
  const before = lab.store.calls()
  const decision = await limiter.decide({ rule: rule.name, identifier: IDENTIFIER, cost })
  return { decision, limiter, now: limiter.now(), fromStore: lab.store.calls() > before }
}

/**
 * The fullest windows of a run, by whole buckets: N + 1 of them, which no window's worth of time can touch more of.
 * @param kept the decisions whose admissions were not given back
 * @returns one peak a window of the rule
 */
export function peaksOf(
  rule: RateLimitRule,
  all: readonly Decision[],
  kept: ReadonlySet<Decision>,
): readonly Peak[] {
  const buckets = rule.precision === 'standard' ? 12 : 60
  return rule.windows.map((_, window) => {
    const counted = all.flatMap((decision) => {
      const at = Object.values(decision.admission?.buckets ?? {})[window]
      const limit = decision.standings[window]?.limit
      return at === undefined || limit === undefined ? [] : [{ decision, at, limit }]
    })
    // Within a bucket nobody knows which admission came after which override.
    const limits = Map.groupBy(counted, ({ at }) => at)
    const limitAt = (at: number) => Math.max(...(limits.get(at) ?? []).map(({ limit }) => limit))
    const log = counted
      .filter(({ decision }) => kept.has(decision))
      .map(({ decision, at }) => ({ at, cost: decision.admission?.cost ?? 0, limit: limitAt(at) }))
    return peakOf(log, buckets + 1)
  })
}
