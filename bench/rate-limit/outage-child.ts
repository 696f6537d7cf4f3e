import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { setTimeout as delay } from 'node:timers/promises'
import { startDynamoDb } from '../../local/emulators/dynamodb.ts'
import { startFaultProxy } from '../../local/fault-proxy.ts'
import type { FaultSettings } from '../../local/faults/faults.ts'
import { LOCAL_CREDENTIALS, REGION, TABLE_NAME } from '../../local/stack/names.ts'
import { ensureTable } from '../../local/stack/table.ts'
import { systemEffects } from '../../shared/kernel/effects.ts'
import { openCounters } from '../../shared/kernel/table/counters.ts'
import { makeDocumentClient, openTable } from '../../shared/kernel/table/table.ts'
import { BUDGET_MS, counterStore } from '../../shared/rate-limits/counter-store.ts'
import { LimitSetReader } from '../../shared/rate-limits/limit-set.ts'
import { makeLimiter, type Limiter } from '../../shared/rate-limits/limiter.ts'
import { RateLimitRule } from '../../shared/rate-limits/rule.ts'

/** How a decision fared while the store failed. */
export interface OutageResult {
  readonly fault: string
  /** `cold`: the container's first decision; `warm`: it knew the rules and had decided before. */
  readonly container: 'cold' | 'warm'
  /** Each decision, by the clock on the wall. */
  readonly wallMs: readonly number[]
  readonly mostRequests: number
  readonly degraded: number
}

const DECISIONS = 20
const LATE_MS = 30
const FAULTS: readonly (readonly [string, FaultSettings])[] = [
  ['black hole', { blackhole: true }],
  ['throttled', { throttle: true }],
  ['replies lost', { dropAfterCommit: true }],
  ['connections reset', { dropBefore: true }],
  ['status 500', { status: 500 }],
  ['port closed', { down: true }],
]

const emulator = await startDynamoDb()
const proxy = await startFaultProxy({ target: { host: '127.0.0.1', port: emulator.port }, mode: 'http' })
Object.assign(process.env, {
  AWS_ENDPOINT_URL_DYNAMODB: proxy.url,
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
})
const client = makeDocumentClient()
await ensureTable(client, TABLE_NAME)
const table = openTable(client, TABLE_NAME, systemEffects)
const rule = RateLimitRule.parse({
  name: 'bench',
  scope: 'user',
  windows: [{ limit: 1_000, windowSeconds: 60 }],
})

/** A limiter that has sent nothing yet, not even for the rules. */
function newLimiter(): Limiter {
  const once = DynamoDBDocumentClient.from(new DynamoDBClient({ maxAttempts: 1 }))
  return makeLimiter({
    sets: new LimitSetReader(openTable(once, TABLE_NAME, systemEffects), [rule], systemEffects),
    table,
    store: counterStore(openCounters(once, TABLE_NAME), systemEffects, BUDGET_MS),
    effects: systemEffects,
    patienceMs: BUDGET_MS,
  })
}

async function decideDuring(fault: FaultSettings, container: 'cold' | 'warm', identifier: string) {
  const limiter = newLimiter()
  const request = { rule: 'bench', identifier }
  if (container === 'warm') {
    await limiter.prepare()
    await limiter.decide(request)
  }
  await proxy.set(fault)
  const before = proxy.counters.requests
  const startMs = performance.now()
  const { degraded } = await limiter.decide(request)
  const wallMs = performance.now() - startMs
  // A request that was given up may not have arrived yet.
  await delay(LATE_MS)
  const requests = proxy.counters.requests - before
  await proxy.clear()
  return { wallMs, requests, degraded }
}

async function measure(
  name: string,
  fault: FaultSettings,
  container: 'cold' | 'warm',
): Promise<OutageResult> {
  const decisions = []
  for (let index = 0; index < DECISIONS; index += 1) {
    decisions.push(await decideDuring(fault, container, `${name}-${container}-${index}`))
  }
  return {
    fault: name,
    container,
    wallMs: decisions.map(({ wallMs }) => wallMs),
    mostRequests: Math.max(...decisions.map(({ requests }) => requests)),
    degraded: decisions.filter(({ degraded }) => degraded).length / DECISIONS,
  }
}

const results: OutageResult[] = []
for (const [name, fault] of FAULTS) {
  results.push(await measure(name, fault, 'cold'), await measure(name, fault, 'warm'))
}
client.destroy()
await proxy.stop()
await emulator.stop()
process.send?.(results)
process.disconnect?.()
