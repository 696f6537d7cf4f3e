import type { UpdateCounter } from '../../shared/kernel/table/counters.ts'
import { BUDGET_MS, counterStore } from '../../shared/rate-limits/counter-store.ts'
import { LimitSetReader } from '../../shared/rate-limits/limit-set.ts'
import { makeLimiter, type Limiter } from '../../shared/rate-limits/limiter.ts'
import type { RateLimitRule } from '../../shared/rate-limits/rule.ts'
import { drivenClock, type DrivenClock } from './driven-clock.ts'
import { START_MS } from './effects.ts'
import { memoryCounters } from './memory-counters.ts'
import { rulesTable, type ChangedRules } from './rules-table.ts'

/** What the store does, and may be told to do from now on. */
export interface StoreMood {
  /** How long an answer takes, milliseconds. */
  latencyMs: () => number
  isDown: boolean
}

/** Containers over one store in memory that takes its time. */
export interface SlowLab {
  readonly clock: DrivenClock
  readonly limiters: readonly Limiter[]
  readonly mood: StoreMood
  readonly changed: ChangedRules
}

/** Sets up a lab of so many containers. */
export function slowLab(rules: readonly RateLimitRule[], containers: number): SlowLab {
  const clock = drivenClock(START_MS)
  const store = memoryCounters()
  const mood: StoreMood = { latencyMs: () => 0, isDown: false }
  const changed: ChangedRules = { version: 0, rules: [] }
  const { effects } = clock
  const send: UpdateCounter = async (update) => {
    if (mood.isDown) throw new Error('Connection refused.')
    const latencyMs = mood.latencyMs()
    await effects.wait(latencyMs / 2)
    const outcome = await store.update(update)
    await effects.wait(latencyMs / 2)
    return outcome
  }
  const table = rulesTable(changed)
  const limiters = Array.from({ length: containers }, () =>
    makeLimiter({
      sets: new LimitSetReader(table, rules, effects),
      store: counterStore(send, effects, BUDGET_MS),
      table,
      effects,
      patienceMs: BUDGET_MS,
    }),
  )
  return { clock, limiters, mood, changed }
}
