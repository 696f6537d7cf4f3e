/**
 * The entities of the single table. A partition key starts with the entity's prefix, which is what IAM conditions
 * (`dynamodb:LeadingKeys`) and stream filters name.
 */
export const ENTITIES = {
  check: 'CHECK#',
  result: 'RESULT#',
  rollup: 'ROLLUP#',
  prober: 'PROBER#',
  heartbeat: 'HEARTBEAT#',
  alert: 'ALERT#',
  audit: 'AUDIT#',
  outbox: 'OUTBOX#',
  idempotency: 'IDEMPOTENCY#',
  'slow-request': 'SLOW#',
  key: 'KEY#',
  /** Counters of rate limits. */
  'rate-limit': 'RL#',
  /** Stored rules and blocks, which every container keeps at hand. */
  'limit-set': 'LIMITSET#',
  'limit-override': 'LIMITOVERRIDE#',
  violation: 'VIOLATION#',
  flag: 'FLAG#',
  /** The flags that every container keeps at hand. */
  'flag-live': 'FLAGLIVE#',
  /** How often flags were evaluated, and for whom lately. */
  'flag-stats': 'FLAGSTATS#',
  bundle: 'BUNDLE#',
  config: 'CONFIG#',
  /** The configuration that every container keeps at hand. */
  'config-live': 'CONFIGLIVE#',
  /** Changes that wait for a second approver, and changes that are watched. */
  change: 'CHANGE#',
} as const

export type Entity = keyof typeof ENTITIES

export const isEntity = (name: string): name is Entity => name in ENTITIES

/** What the functions may touch beside the table. `infra/grants.ts` turns each into an IAM statement. */
export const RESOURCE_GRANTS = [
  'severity-topics:publish',
  'probe-queue:send',
  'audit-bucket:write',
  'platform-buckets:probe',
  'user-pool:describe',
  'platform-queues:describe',
  'database:connect',
] as const

type ResourceGrant = (typeof RESOURCE_GRANTS)[number]

/** One permission of a route, schedule or consumer. `read` covers the indexes, `write` covers put, update, delete. */
export type Grant = `${Entity}:read` | `${Entity}:write` | ResourceGrant
