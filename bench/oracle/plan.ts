import { RateLimitRule } from '../../shared/rate-limits/rule.ts'

/** What is taken out of the limiter, so that the oracle can show that it notices. */
export const MUTATIONS = ['none', 'no-fence', 'one-counter-less'] as const
export type Mutation = (typeof MUTATIONS)[number]

/** Attempts of all processes against one caller's limit. */
export interface Stream {
  readonly rule: string
  readonly identifier: string
  /** One by one, or in bursts of somebody who asks again as soon as he is answered. */
  readonly pattern: 'poisson' | 'bursty'
  /** Overrides are put and removed while it runs. */
  readonly excepted: boolean
}

/** One run. */
export interface Plan {
  readonly rules: readonly RateLimitRule[]
  readonly streams: readonly Stream[]
  readonly mutation: Mutation
  readonly processes: number
  readonly attemptsAProcess: number
  /** Of wall-clock time. */
  readonly durationMs: number
  /** How much faster than the wall clock the limiters' clocks go: windows of a minute last seconds. */
  readonly speed: number
  /** The clocks of the processes differ from the true time by up to this, in their own milliseconds. */
  readonly maxSkewMs: number
  readonly seed: number
}

const rule = (
  name: string,
  precision: RateLimitRule['precision'],
  leases: RateLimitRule['leases'],
  ...windows: RateLimitRule['windows']
): RateLimitRule =>
  // Closed: an admission that the store has not counted would be nobody's fault but the machine's.
  RateLimitRule.parse({ name, scope: 'user', precision, leases, windows, failurePolicy: 'closed' })

const MINUTE = { limit: 300, windowSeconds: 60 }

/** Coarse and fine, leased and not, long and short, one window and several. */
const RULES = [
  rule('exact', 'standard', 'off', MINUTE),
  rule('leased', 'standard', 'adaptive', MINUTE),
  rule('fine', 'fine', 'off', MINUTE),
  rule('fine-leased', 'fine', 'adaptive', MINUTE),
  rule('two', 'standard', 'off', { limit: 100, windowSeconds: 10 }, { limit: 400, windowSeconds: 60 }),
  rule(
    'two-leased',
    'standard',
    'adaptive',
    { limit: 100, windowSeconds: 10 },
    { limit: 400, windowSeconds: 60 },
  ),
  rule('short', 'standard', 'adaptive', { limit: 40, windowSeconds: 5 }),
  rule('excepted', 'standard', 'adaptive', MINUTE),
  rule('fine-excepted', 'fine', 'off', MINUTE),
]

const stream = (name: string, pattern: Stream['pattern']): Stream => ({
  rule: name,
  identifier: pattern,
  pattern,
  excepted: name.endsWith('excepted'),
})

/**
 * More than a million attempts from eight processes in four minutes: at least five of the longest windows. Faster
 * clocks would make each pause of a busy machine, and each call of the store, a longer one to the limiters.
 */
export const BIG_PLAN: Plan = {
  rules: RULES,
  streams: [
    stream('exact', 'poisson'),
    stream('exact', 'bursty'),
    stream('leased', 'poisson'),
    stream('leased', 'bursty'),
    stream('fine', 'poisson'),
    stream('fine-leased', 'bursty'),
    stream('two', 'poisson'),
    stream('two-leased', 'bursty'),
    stream('short', 'bursty'),
    stream('excepted', 'poisson'),
    stream('fine-excepted', 'bursty'),
  ],
  mutation: 'none',
  processes: 8,
  attemptsAProcess: 130_000,
  durationMs: 225_000,
  speed: 1.5,
  maxSkewMs: 400,
  seed: 20_260_215,
}

const SHORT_RULES = [
  rule('exact', 'standard', 'off', { limit: 100, windowSeconds: 10 }),
  rule('fine-leased', 'fine', 'adaptive', { limit: 100, windowSeconds: 10 }),
  rule('two', 'standard', 'adaptive', { limit: 30, windowSeconds: 5 }, { limit: 60, windowSeconds: 15 }),
  rule('excepted', 'standard', 'adaptive', { limit: 60, windowSeconds: 10 }),
]

/** A few seconds, for a machine that has other things to do. */
export const SMALL_PLAN: Plan = {
  ...BIG_PLAN,
  rules: SHORT_RULES,
  streams: SHORT_RULES.map(({ name }, index) => stream(name, index % 2 === 0 ? 'poisson' : 'bursty')),
  processes: 4,
  attemptsAProcess: 2_500,
  durationMs: 6_000,
  speed: 4,
}
