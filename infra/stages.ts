import * as z from 'zod'

/**
 * A setting that the platform definition names, e.g. `DATABASE_URL`: its value, or where CloudFormation finds it when
 * it deploys. A value with a password in it is a secret and never stands here.
 */
const SettingValue = z.union([
  z.string().min(1),
  z.strictObject({ parameter: z.string().startsWith('/') }),
  z.strictObject({ secret: z.string().min(1), field: z.string().min(1) }),
])
export type SettingValue = z.output<typeof SettingValue>

/** A private network for a second prober. It needs no NAT gateway: what it calls is reached through endpoints. */
const Vpc = z.strictObject({
  vpcId: z.string().startsWith('vpc-'),
  subnetIds: z.array(z.string().startsWith('subnet-')).min(1),
  securityGroupIds: z.array(z.string().startsWith('sg-')).min(1),
  endpoints: z
    .strictObject({
      /** Route tables that get free gateway endpoints for DynamoDB and S3. Leave out those that have them already. */
      gatewayRouteTableIds: z.array(z.string().startsWith('rtb-')).default([]),
      /** Services reached through an interface endpoint, which costs about 7 USD a month and subnet, e.g. `cognito-idp`. */
      interfaces: z.array(z.string().regex(/^[a-z][a-z0-9.-]*$/)).default([]),
    })
    .prefault({}),
})
export type Vpc = z.output<typeof Vpc>

const Stage = z.strictObject({
  /** Id of the platform definition to watch. */
  platform: z.string().min(1).default('second-watch-network'),
  /** Whether `destroy` keeps the table, the user pool and the buckets, and whether they refuse to be deleted. */
  keepData: z.boolean(),
  logRetentionDays: z.union([z.literal(7), z.literal(30), z.literal(90), z.literal(365)]),
  /** How long nobody can delete or replace a published head of the audit chains; not at all when absent. */
  auditLockDays: z.int().min(1).optional(),
  /** Requests a second that the API lets through, and how many more at once. */
  throttle: z.strictObject({ requestsPerSecond: z.int().min(1), burst: z.int().min(1) }),
  /** Origins of web pages that may call the API. */
  corsOrigins: z.array(z.string().min(1)).default([]),
  /** Who is told when Midwatch itself is in trouble. */
  operationsEmail: z.email().optional(),
  /** A user pool that exists already; nothing is created in it. Its groups must be named like the roles. */
  userPool: z.strictObject({ id: z.string().min(1), clientIds: z.array(z.string()).min(1) }).optional(),
  /** The database user that the prober signs in as with an IAM token. */
  databaseLogin: z
    .strictObject({ resourceId: z.string().startsWith('db-'), user: z.string().min(1) })
    .optional(),
  vpc: Vpc.optional(),
  settings: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), SettingValue).default({}),
  /** Length of a tick; shorter than 60 makes every interval proportionally shorter, for drills. */
  tickSeconds: z.int().min(1).max(60).default(60),
})
export type Stage = z.output<typeof Stage>

/** How the deployments differ. Everything else is the same in all of them. */
const DEFINITIONS = {
  dev: {
    keepData: false,
    logRetentionDays: 7,
    throttle: { requestsPerSecond: 20, burst: 40 },
    corsOrigins: ['http://localhost:3000', 'http://localhost:5173'],
  },
  prod: {
    keepData: true,
    logRetentionDays: 90,
    auditLockDays: 365,
    throttle: { requestsPerSecond: 5_000, burst: 5_000 },
  },
} as const satisfies Record<string, z.input<typeof Stage>>

type StageName = keyof typeof DEFINITIONS
export const STAGE_NAMES = Object.keys(DEFINITIONS).filter((name) => isStageName(name))

function isStageName(name: string): name is StageName {
  return name in DEFINITIONS
}

/**
 * A stage by its name.
 * @throws when there is no such stage, or its definition is wrong
 */
export function stageNamed(name: string): Stage {
  if (!isStageName(name))
    throw new Error(`There is no stage "${name}"; there are: ${STAGE_NAMES.join(', ')}.`)
  return parseStage(DEFINITIONS[name])
}

/**
 * Validates a stage's definition and fills in its defaults.
 * @throws an error that lists each wrong field with its path
 */
export function parseStage(definition: z.input<typeof Stage>): Stage {
  const parsed = Stage.safeParse(definition)
  if (parsed.success) return parsed.data
  throw new Error(`The stage's definition is wrong:\n${z.prettifyError(parsed.error)}`)
}
