import * as z from 'zod'

/** A name that people type in URLs and see in alerts. */
export const Slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, at most 63 characters')

export const SEVERITIES = ['critical', 'error', 'warning', 'info'] as const
/** How urgent an alert is; each severity has its own topic. Ordered from the most urgent. */
export const Severity = z.enum(SEVERITIES)
export type Severity = z.output<typeof Severity>

/** Where a check runs from: `public` has internet access, `vpc` reaches private networks. */
export const Vantage = z.enum(['public', 'vpc'])
export type Vantage = z.output<typeof Vantage>

/** A value that differs between stages: read from the named environment variable when the check runs. */
export const Setting = z.strictObject({
  setting: z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'the name of an environment variable'),
})
export type Setting = z.output<typeof Setting>

/** Names an environment variable in a platform definition, e.g. `setting('DATABASE_URL')`. */
export const setting = (name: string): Setting => ({ setting: name })

/**
 * The setting that lists targets on this deployment which checks may reach although their addresses are private, as
 * `host:port,host:port`: a stand-in on a laptop, a service inside a private network.
 */
export const PRIVATE_TARGETS = 'MIDWATCH_PRIVATE_TARGETS'

const address = z.union([z.string().min(1), Setting])
const port = z.int().min(1).max(65_535)
const reachesPrivate = z.boolean().default(false)

const PostgresTarget = z.strictObject({
  /** `postgres://user:password@host:port/database?sslmode=disable|require|verify-full` (verify-full when absent). */
  url: address,
  /** Sign in with an RDS IAM token in place of a password. */
  iamAuth: z.boolean().default(false),
})
const S3Target = z.strictObject({ bucket: address, canaryKey: z.string().min(1).default('midwatch/canary') })
const CognitoTarget = z.strictObject({ userPoolId: address })
const HttpTarget = z.strictObject({
  url: address,
  method: z.enum(['GET', 'HEAD']).default('GET'),
  expectStatus: z.array(z.int().min(100).max(599)).min(1).default([200]),
  bodyContains: z.string().min(1).optional(),
  /** A dotted path into a JSON body and the value that must stand there, e.g. `{ path: 'status', equals: 'ok' }`. */
  json: z.strictObject({ path: z.string().min(1), equals: z.json() }).optional(),
  certificateDaysLeft: z.int().min(1).optional(),
  reachesPrivate,
})
const TcpTarget = z.strictObject({ host: address, port, reachesPrivate })
const RedisTarget = z.strictObject({ url: address, reachesPrivate })
const DnsTarget = z.strictObject({
  name: address,
  type: z.enum(['A', 'AAAA', 'CNAME', 'MX', 'TXT', 'NS']).default('A'),
  /** One of the answers must be this text. */
  expect: z.string().min(1).optional(),
  /** `address:port` of the server to ask; the system's own when absent. */
  server: address.optional(),
})
const SqsTarget = z.strictObject({
  queueUrl: address,
  maxDepth: z.int().min(0),
  maxOldestAgeSeconds: z.int().min(1).optional(),
  deadLetterQueueUrl: address.optional(),
  maxDeadLetters: z.int().min(0).default(0),
})
const HeartbeatTarget = z.strictObject({
  /** How often the job reports. */
  periodSeconds: z.int().min(60),
  /** How much later than that it may report. */
  graceSeconds: z.int().min(0).default(300),
})

/** What a check of each kind points at. A new kind is a line here, a file in `probes/` and a line in its index. */
export const TARGETS = {
  postgres: PostgresTarget,
  s3: S3Target,
  cognito: CognitoTarget,
  http: HttpTarget,
  tcp: TcpTarget,
  redis: RedisTarget,
  dns: DnsTarget,
  sqs: SqsTarget,
  heartbeat: HeartbeatTarget,
} as const

export type CheckKind = keyof typeof TARGETS
const kindsOf = (targets: typeof TARGETS) => Object.keys(targets) as CheckKind[]
export const CHECK_KINDS: readonly CheckKind[] = kindsOf(TARGETS)

/** A target with its settings filled in. */
export type Resolved<T> = { [K in keyof T]: Setting extends T[K] ? Exclude<T[K], Setting> : T[K] }
export type TargetOf<K extends CheckKind> = Resolved<z.output<(typeof TARGETS)[K]>>

/** Response-time thresholds: slower than `degradedAboveMs` is degraded, until it is faster than `normalBelowMs` again. */
const Thresholds = z
  .strictObject({ normalBelowMs: z.number().positive(), degradedAboveMs: z.number().positive() })
  .refine((value) => value.normalBelowMs <= value.degradedAboveMs, {
    path: ['normalBelowMs'],
    message: 'must not exceed degradedAboveMs',
  })

const common = {
  id: Slug,
  name: z.string().min(1).max(80),
  component: Slug,
  severity: Severity,
  /** How often it runs: whole minutes, because the tick comes each minute. */
  intervalSeconds: z.int().min(60).multipleOf(60).default(60),
  timeoutMs: z.int().min(100).max(15_000).default(5_000),
  thresholds: Thresholds.optional(),
  vantage: Vantage.default('public'),
  /** Where the on-call engineer reads what to do. */
  runbook: z.string().min(1),
}

const check = <K extends CheckKind, T extends z.ZodType>(kind: K, target: T) =>
  z.strictObject({ ...common, kind: z.literal(kind), target })

/** A named, configured probe of one target. */
export const Check = z.discriminatedUnion('kind', [
  check('postgres', PostgresTarget),
  check('s3', S3Target),
  check('cognito', CognitoTarget),
  check('http', HttpTarget),
  check('tcp', TcpTarget),
  check('redis', RedisTarget),
  check('dns', DnsTarget),
  check('sqs', SqsTarget),
  check('heartbeat', HeartbeatTarget),
])
export type Check = z.output<typeof Check>
export type CheckInput = z.input<typeof Check>
