import { DynamoDB } from '@aws-sdk/client-dynamodb'
import { RateLimiterDynamo, RateLimiterRes } from 'rate-limiter-flexible'
import { systemEffects } from '../../shared/kernel/effects.ts'
import { makeDocumentClient, openTable } from '../../shared/kernel/table/table.ts'
import { openLimiter } from '../../shared/rate-limits/open-limiter.ts'
import { RateLimitRule } from '../../shared/rate-limits/rule.ts'

/** What is measured: ours, as it is and without leases; the peer, as it is and remembering whom it has denied. */
export type SubjectName = 'leased' | 'exact' | 'peer' | 'peer-blocking'

/** A limiter with one rule. */
export interface Subject {
  /** @returns whether one unit was admitted */
  readonly decide: (key: string) => Promise<boolean>
  /** How many decisions were made without the store: those prove nothing. */
  readonly degraded: () => number
}

export interface SubjectOptions {
  readonly name: SubjectName
  /** Tells this limiter's keys from those of others. */
  readonly rule: string
  readonly limit: number
  readonly windowSeconds: number
  /** How long a decision may wait for the store; the peer waits for as long as the SDK does. */
  readonly budgetMs: number
}

export const PEER_TABLE = 'rate-limiter-flexible'
const TABLE = 'midwatch'

async function ours({ name, rule, limit, windowSeconds, budgetMs }: SubjectOptions): Promise<Subject> {
  const leases = name === 'leased' ? 'adaptive' : 'off'
  const limiter = await openLimiter({
    table: openTable(makeDocumentClient(), TABLE, systemEffects),
    tableName: TABLE,
    rules: [RateLimitRule.parse({ name: rule, scope: 'user', windows: [{ limit, windowSeconds }], leases })],
    effects: systemEffects,
    budgetMs,
  })
  let withoutStore = 0
  const decide = async (identifier: string): Promise<boolean> => {
    const { allowed, degraded } = await limiter.decide({ rule, identifier })
    if (degraded) withoutStore += 1
    return allowed
  }
  return { decide, degraded: () => withoutStore }
}

/** The peer rejects with what it counted when it denies, and with an error otherwise. */
function isDenied(error: unknown): false {
  if (error instanceof RateLimiterRes) return false
  throw error
}

/** As its documentation says: its own table, the full client, no insurance. */
function peer({ name, rule, limit, windowSeconds }: SubjectOptions): Subject {
  const limiter = new RateLimiterDynamo({
    storeClient: new DynamoDB({}),
    tableName: PEER_TABLE,
    tableCreated: true,
    ttlSet: true,
    keyPrefix: rule,
    points: limit,
    duration: windowSeconds,
    ...(name === 'peer-blocking' ? { inMemoryBlockOnConsumed: limit } : {}),
  })
  return { decide: (key) => limiter.consume(key).then(() => true, isDenied), degraded: () => 0 }
}

/** Makes a limiter; reads the environment for the store's address. */
export const subjectOf = async (options: SubjectOptions): Promise<Subject> =>
  options.name === 'leased' || options.name === 'exact' ? ours(options) : peer(options)
