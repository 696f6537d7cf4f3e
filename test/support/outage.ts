import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { expect, onTestFinished } from 'vitest'
import type * as z from 'zod'
import type { FaultSettings } from '../../local/faults/faults.ts'
import { openCounters } from '../../shared/kernel/table/counters.ts'
import { openTable } from '../../shared/kernel/table/table.ts'
import { BUDGET_MS, counterStore } from '../../shared/rate-limits/counter-store.ts'
import type { Decision, LimitRequest } from '../../shared/rate-limits/decision.ts'
import { LimitSetReader } from '../../shared/rate-limits/limit-set.ts'
import { makeLimiter, type Limiter } from '../../shared/rate-limits/limiter.ts'
import { RateLimitRule } from '../../shared/rate-limits/rule.ts'
import type { ManualEffects } from './effects.ts'
import { TEST_TABLE, type TestTable } from './table.ts'

/** After how long a failed store is asked again. */
export const REST_MS = 1_000

type RuleFields = Partial<z.input<typeof RateLimitRule>>

/** The limiter of a container with one rule, `r`, over the real table; it has sent nothing yet, not even for the rules. */
export function containerWith(
  { table }: TestTable,
  effects: ManualEffects,
  limit: number,
  fields: RuleFields = {},
): Limiter {
  const windows = [{ limit, windowSeconds: 60 }]
  const rule = RateLimitRule.parse({ name: 'r', scope: 'user', windows, leases: 'off', ...fields })
  const client = new DynamoDBClient({ maxAttempts: 1 })
  onTestFinished(() => client.destroy())
  const rulesTable = openTable(DynamoDBDocumentClient.from(client), TEST_TABLE, effects)
  return makeLimiter({
    sets: new LimitSetReader(rulesTable, [rule], effects),
    table,
    store: counterStore(openCounters(client, TEST_TABLE), effects, BUDGET_MS),
    effects,
    patienceMs: BUDGET_MS,
  })
}

/** A decision that was waited for on the manual clock. */
export interface Waited {
  readonly decision: Decision
  /** How far the clock had to be moved. */
  readonly waitedMs: number
  readonly requests: number
}

/** Turns of the event loop after which an answer that has come by now has been heard. */
const TURNS = 5

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

/**
 * Asks, and lets the clock pass only while a request is on its way that gets no answer.
 * @param hangs whether requests get no answer: then the clock moves once each of them has arrived
 */
export async function decideSlowly(
  limiter: Limiter,
  request: LimitRequest,
  { faults, effects, hangs }: { faults: TestTable['faults']; effects: ManualEffects; hangs: boolean },
): Promise<Waited> {
  const before = faults.counters.requests
  const startedMs = effects.monotonicMs()
  const deciding = limiter.decide(request)
  const progress = { isOver: false }
  void deciding.finally(() => (progress.isOver = true))
  for (let expected = hangs ? 1 : Infinity; expected < Infinity && !progress.isOver; expected += 1) {
    await expect.poll(() => faults.counters.requests - before, { interval: 1 }).toBe(expected)
    while (!progress.isOver && faults.counters.requests - before === expected && effects.waiting() > 0) {
      effects.advance(1)
      await turns()
    }
  }
  const decision = await deciding
  return {
    decision,
    waitedMs: effects.monotonicMs() - startedMs,
    requests: faults.counters.requests - before,
  }
}

/** The ways in which the store fails; `hangs`: no answer at all. */
export const OUTAGES: readonly {
  readonly outage: string
  readonly fault: FaultSettings
  readonly hangs: boolean
}[] = [
  { outage: 'is a black hole', fault: { blackhole: true }, hangs: true },
  { outage: 'loses its replies', fault: { dropAfterCommit: true }, hangs: false },
  { outage: 'resets connections', fault: { dropBefore: true }, hangs: false },
  { outage: 'answers 500', fault: { status: 500 }, hangs: false },
  { outage: 'refuses connections', fault: { down: true }, hangs: false },
]
