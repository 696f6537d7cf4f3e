import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { beforeEnd } from '../kernel/before-end.ts'
import type { Effects } from '../kernel/effects.ts'
import { openCounters } from '../kernel/table/counters.ts'
import { listen, storeClock } from '../kernel/table/store-clock.ts'
import { openTable, type Table } from '../kernel/table/table.ts'
import { makeRecorder, type Recorder } from '../violations/recorder.ts'
import { counterStore } from './counter-store.ts'
import type { Decision } from './decision.ts'
import { decisionMetrics } from './decision-metrics.ts'
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

async function recordDenial(recorder: Recorder, decision: Decision, at: number): Promise<void> {
  const { rule, identifier, allowed, shadowDenied, degraded } = decision
  if (allowed && !shadowDenied) return
  const denial = { rule: rule.name, scope: rule.scope, identifier, at, shadow: shadowDenied }
  // A store that has not answered for the decision would not answer for its record within the budget either.
  if (degraded) recorder.note(denial)
  else await recorder.record(denial)
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
  const metrics = decisionMetrics(effects)
  beforeEnd(async () => {
    metrics.flush()
    await recorder.flush()
  })
  // The rules come by the connections that decisions go by, so that reading them opens one, and without retries too.
  const rulesTable = openTable(DynamoDBDocumentClient.from(client), tableName, effects)
  const limiter = makeLimiter({
    sets: new LimitSetReader(rulesTable, rules, effects),
    table,
    store: counterStore(openCounters(client, tableName), effects, budgetMs),
    effects,
    patienceMs: budgetMs,
    onDecision: async (decision, at) => {
      metrics.add(decision)
      await recordDenial(recorder, decision, at)
    },
  })
  await limiter.prepare()
  return limiter
}
