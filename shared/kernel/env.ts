import * as z from 'zod'

const Environment = z.object({
  MIDWATCH_TABLE: z.string().min(1),
  MIDWATCH_PLATFORM: z.string().min(1).default('second-watch-network'),
  MIDWATCH_VERSION: z.string().min(1).default('0.0.0'),
  /** The length of a tick. AWS ticks each minute; a shorter one makes every interval proportionally shorter. */
  MIDWATCH_TICK_SECONDS: z.coerce.number().int().min(1).max(60).default(60),
  MIDWATCH_VANTAGE: z.enum(['public', 'vpc']).default('public'),
  MIDWATCH_TOPIC_CRITICAL: z.string().min(1).optional(),
  MIDWATCH_TOPIC_ERROR: z.string().min(1).optional(),
  MIDWATCH_TOPIC_WARNING: z.string().min(1).optional(),
  MIDWATCH_TOPIC_INFO: z.string().min(1).optional(),
  MIDWATCH_PROBE_QUEUE_URL: z.string().min(1).optional(),
  MIDWATCH_AUDIT_BUCKET: z.string().min(1).optional(),
  /** How long a rate-limit decision may wait for the table. DynamoDB answers in a few milliseconds. */
  MIDWATCH_LIMITER_BUDGET_MS: z.coerce.number().int().min(10).max(5_000).default(50),
  AWS_REGION: z.string().min(1).default('us-east-1'),
})

/** A function's settings, and the raw variables that platform definitions name with `setting()`. */
export type Env = z.output<typeof Environment> & {
  readonly settings: Readonly<Record<string, string | undefined>>
}

/**
 * Reads the environment once, at a cold start. The only reader of `process.env` under `shared/` and `functions/`.
 * @throws an error that names each missing or wrong variable
 */
export function readEnv(source: Readonly<Record<string, string | undefined>> = process.env): Env {
  const parsed = Environment.safeParse(source)
  if (!parsed.success) throw new Error(`The environment is wrong:\n${z.prettifyError(parsed.error)}`)
  return { ...parsed.data, settings: source }
}

/**
 * A setting that one function needs and others do not.
 * @throws when it is not set
 */
export function required(env: Env, name: Exclude<keyof Env, 'settings'>): string {
  const value = env[name]
  if (value === undefined) throw new Error(`The environment variable ${name} is not set.`)
  return String(value)
}
