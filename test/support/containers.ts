import type { UpdateCounter } from '../../shared/kernel/table/counters.ts'
import type { Table } from '../../shared/kernel/table/table.ts'
import { BUDGET_MS, counterStore } from '../../shared/rate-limits/counter-store.ts'
import { LimitSetReader } from '../../shared/rate-limits/limit-set.ts'
import { makeLimiter, type Limiter } from '../../shared/rate-limits/limiter.ts'
import type { RateLimitRule } from '../../shared/rate-limits/rule.ts'
import type { ManualEffects } from './effects.ts'
import { memoryCounters } from './memory-counters.ts'

/** A table in which nothing was ever changed: what is defined holds. */
const UNCHANGED: Table = {
  get: () => Promise.resolve(undefined),
  getMany: () => Promise.resolve([]),
  query: () => Promise.resolve({ items: [] }),
  commit: () => Promise.reject(new Error('Nothing writes to the rules here.')),
}

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
      sets: new LimitSetReader(UNCHANGED, [rule], clock),
      store: counterStore(store.update, clock, BUDGET_MS),
      table: UNCHANGED,
      effects: clock,
      patienceMs: BUDGET_MS,
    }),
  )
  return { limiters, store }
}
