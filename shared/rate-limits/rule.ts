import * as z from 'zod'

/** What rules count by, in the order in which they are shown. */
export const LIMIT_SCOPES = ['user', 'ip', 'api_key', 'organization', 'route'] as const
/** What one rule counts by. */
export const LimitScope = z.enum(LIMIT_SCOPES)
export type LimitScope = z.output<typeof LimitScope>

/** A rule's name, which stands in keys, headers and paths. */
export const RuleName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,62}$/,
    'a lower-case letter, then lower-case letters, digits, "_" and "-", at most 63 characters',
  )

/** Longest window: a month. */
const MAX_WINDOW_SECONDS = 31 * 86_400

/** So much in so long. */
export const LimitWindow = z.strictObject({
  /** How much may be admitted in any interval of this length. */
  limit: z.int().min(1).max(100_000_000),
  windowSeconds: z.int().min(1).max(MAX_WINDOW_SECONDS),
})
export type LimitWindow = z.output<typeof LimitWindow>

/** Whether a rule denies, or only looks on. */
export const LIMIT_MODES = ['enforce', 'shadow'] as const
/** What holds while the store does not answer: a share of the limit, everything, or nothing. */
export const FAILURE_POLICIES = ['local', 'open', 'closed'] as const
/** How finely a window is cut. */
export const PRECISIONS = ['standard', 'fine'] as const
/** Whether units may be taken in advance. */
export const LEASES = ['adaptive', 'off'] as const

/** Blocks whoever is denied this often within a clock hour. */
export const AutoBlock = z.strictObject({
  violationsPerHour: z.int().min(1).max(1_000_000),
  blockSeconds: z.int().min(60).max(MAX_WINDOW_SECONDS),
})

const hasDistinctWindows = (windows: readonly LimitWindow[]): boolean =>
  new Set(windows.map(({ windowSeconds }) => windowSeconds)).size === windows.length

/** A finely cut window has five times as many counters, and an expression of DynamoDB at most 4 KB. */
const MAX_FINE_WINDOWS = 2

const RuleFields = z.strictObject({
  name: RuleName,
  description: z.string().max(200).default(''),
  scope: LimitScope,
  /** All hold at once, e.g. one a second and one a day. */
  windows: z
    .array(LimitWindow)
    .min(1)
    .max(4)
    .refine(hasDistinctWindows, 'must not hold two windows of the same length'),
  /** Groups whose members are not counted. */
  exemptRoles: z.array(z.string().min(1).max(128)).max(20).default([]),
  /** `shadow` decides and records, and denies nobody. */
  mode: z.enum(LIMIT_MODES).default('enforce'),
  /** What holds while the store does not answer: this container's own share, everything, or nothing. */
  failurePolicy: z.enum(FAILURE_POLICIES).default('local'),
  /** Into how many parts a window is cut: 12, or 60 where the last per cents of a limit matter. */
  precision: z.enum(PRECISIONS).default('standard'),
  /** Whether a container that is asked very often may take several units with one write. */
  leases: z.enum(LEASES).default('adaptive'),
  autoBlock: AutoBlock.optional(),
})

/** A rate limit. */
export const RateLimitRule = RuleFields.refine(
  ({ precision, windows }) => precision === 'standard' || windows.length <= MAX_FINE_WINDOWS,
  { path: ['windows'], message: `must be at most ${MAX_FINE_WINDOWS} where precision is "fine"` },
)
export type RateLimitRule = z.output<typeof RateLimitRule>

/** Whom a rule counts. Whatever callers are known by is text of their own choosing, so it is bounded. */
export const Identifier = z
  .string()
  .min(1)
  .max(256)
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'must not hold control characters')

/** How much of a limit one decision may take. */
export const Cost = z.int().min(1).max(1_000_000)
