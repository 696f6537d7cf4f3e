import type { UpdateCounter } from '../../shared/kernel/table/counters.ts'
import { BUDGET_MS, counterStore } from '../../shared/rate-limits/counter-store.ts'
import { LimitSetReader } from '../../shared/rate-limits/limit-set.ts'
import { makeLimiter, type Limiter } from '../../shared/rate-limits/limiter.ts'
import type { RateLimitRule } from '../../shared/rate-limits/rule.ts'
import type { ManualEffects } from './effects.ts'
import { memoryCounters } from './memory-counters.ts'
import { rulesTable } from './rules-table.ts'

/**
 * Containers on one manual clock, over one store in memory.
 * @param between what stands before the store
 */
export function containersOf<S extends { readonly update: UpdateCounter }>(
  count: number,
  rule: RateLimitRule,
  clock: ManualEffects,
  between: (send: UpdateCounter) => S,
): { readonly limiters: readonly Limiter[]; readonly store: S } {
  const store = between(memoryCounters().update)
  const limiters = Array.from({ length: count }, () =>
    makeLimiter({
      sets: new LimitSetReader(rulesTable(), [rule], clock),
      store: counterStore(store.update, clock, BUDGET_MS),
      table: rulesTable(),
      effects: clock,
      patienceMs: BUDGET_MS,
    }),
  )
  return { limiters, store }
}
