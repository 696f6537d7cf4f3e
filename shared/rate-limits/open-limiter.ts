import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import type { Effects } from '../kernel/effects.ts'
import { count, flushMetrics } from '../kernel/metrics.ts'
import { openCounters } from '../kernel/table/counters.ts'
import { listen, storeClock } from '../kernel/table/store-clock.ts'
import { openTable, type Table } from '../kernel/table/table.ts'
import { makeRecorder, type Recorder } from '../violations/recorder.ts'
import { counterStore } from './counter-store.ts'
import type { Decision } from './decision.ts'
import { LimitSetReader } from './limit-set.ts'
import { makeLimiter, type Limiter } from './limiter.ts'
import type { RateLimitRule } from './rule.ts'

/** Where the limiter counts, and by which rules. */
export interface OpenLimiterOptions {
  readonly table: Table
  readonly tableName: string
  /** What holds unless the table has other rules. */
  readonly rules: readonly RateLimitRule[]
  readonly effects: Effects
  /** How long a decision may wait for the store, milliseconds. */
  readonly budgetMs: number
}

/** How many requests of one container may be on their way at once. */
const SOCKETS = { maxSockets: 200 }

/** A request that nobody waits for any more ends after this long. */
const REQUEST_MS = 1_000

/** Tells the limiter's requests from others, in traces and on proxies. */
export const LIMITER_AGENT = 'midwatch-limiter'

/** No retries, since a decision has its own idea of how long it may take. */
function makeCounterClient(): DynamoDBClient {
  const client = new DynamoDBClient({
    maxAttempts: 1,
    customUserAgent: LIMITER_AGENT,
    requestHandler: {
      connectionTimeout: REQUEST_MS,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
      httpAgent: SOCKETS,
      httpsAgent: SOCKETS,
    },
  })
  // Copies each request and answer for a log that nobody keeps: a fifteenth of a decision's work.
  client.middlewareStack.remove('loggerMiddleware')
  return client
}

/** Counts what operators want to see on a dashboard; a decision that simply admits is none of that. */
function countDecision({ allowed, shadowDenied, degraded }: Decision): void {
  if (allowed && !shadowDenied && !degraded) return
  if (!allowed) count('RateLimitDenied')
  if (shadowDenied) count('RateLimitShadowDenied')
  if (degraded) count('RateLimitDegraded')
  flushMetrics()
}

async function recordDenial(recorder: Recorder, decision: Decision, at: number): Promise<void> {
  const { rule, identifier, allowed, shadowDenied, degraded } = decision
  // Without the store nobody knows that a caller asked too often, and nothing could be recorded within the budget.
  if (degraded || (allowed && !shadowDenied)) return
  await recorder.record({ rule: rule.name, scope: rule.scope, identifier, at, shadow: shadowDenied })
}

/**
 * Opens a limiter that counts in Midwatch's table, records denials there, and has read the rules before it is asked; one a
 * container.
 */
export async function openLimiter(options: OpenLimiterOptions): Promise<Limiter> {
  const { table, tableName, rules, budgetMs } = options
  const client = makeCounterClient()
  const clock = storeClock(options.effects)
  listen(client, clock)
  const effects = { ...options.effects, now: clock.now }
  const recorder = makeRecorder(table, effects)
  // Lambda sends this before it ends an environment, if any extension is registered.
  process.once('SIGTERM', () => recorder.flush())
  // The rules come by the connections that decisions go by, so that reading them opens one, and without retries too.
  const rulesTable = openTable(DynamoDBDocumentClient.from(client), tableName, effects)
  const limiter = makeLimiter({
    sets: new LimitSetReader(rulesTable, rules, effects),
    table,
    store: counterStore(openCounters(client, tableName), effects, budgetMs),
    effects,
    patienceMs: budgetMs,
    onDecision: async (decision, at) => {
      countDecision(decision)
      await recordDenial(recorder, decision, at)
    },
  })
  await limiter.prepare()
  return limiter
}
