import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { openCounters } from '../../shared/kernel/table/counters.ts'
import { secondWatchNetwork } from '../../shared/platforms/second-watch-network.ts'
import { BUDGET_MS, counterStore } from '../../shared/rate-limits/counter-store.ts'
import { LimitSetReader } from '../../shared/rate-limits/limit-set.ts'
import { makeLimiter, type Limiter } from '../../shared/rate-limits/limiter.ts'
import { manualEffects, type ManualEffects } from './effects.ts'
import { TEST_TABLE, type TestTable } from './table.ts'

/** The limiter of a container of its own, over the real table, on a clock that a test moves. */
export interface TableLimiter extends Limiter {
  readonly clock: ManualEffects
}

/** @param started whose table the limiter counts in, under the rules of the default platform */
export function tableLimiter({ table }: TestTable): TableLimiter {
  const clock = manualEffects(Date.now())
  const send = openCounters(new DynamoDBClient({ maxAttempts: 1 }), TEST_TABLE)
  const limiter = makeLimiter({
    sets: new LimitSetReader(table, secondWatchNetwork.rateLimits, clock),
    store: counterStore(send, clock, BUDGET_MS),
    table,
    effects: clock,
    patienceMs: BUDGET_MS,
  })
  return { ...limiter, clock }
}
