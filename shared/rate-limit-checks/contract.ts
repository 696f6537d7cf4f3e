import * as z from 'zod'
import { ADMINS, route } from '../kernel/route.ts'
import { Cost, Identifier } from '../rate-limits/rule.ts'
import { rateLimitCheckExamples } from './examples.ts'

const Known = Identifier.exactOptional()
const Identities = z
  .strictObject({ user: Known, ip: Known, api_key: Known, organization: Known, route: Known })
  .describe('What else the caller is known by: a block of any of these holds')

const Question = z.strictObject({
  rule: z.string().min(1).max(80).describe('The name of a rule, or `<name>_rule_id`'),
  identifier: Identifier.describe('Whom the rule counts, in the scope of the rule'),
  cost: Cost.default(1).describe('How much of the limit it takes'),
  roles: z.array(z.string().min(1).max(128)).max(50).optional().describe('Groups of the caller'),
  identities: Identities.optional(),
})
export type Question = z.output<typeof Question>

const REASONS = [
  'admitted',
  'exempt',
  'limit_reached',
  'cost_exceeds_limit',
  'blocked',
  'store_unavailable',
] as const

const Answer = z.object({
  rule: z.string(),
  identifier: z.string(),
  allowed: z.boolean(),
  reason: z.enum(REASONS),
  /** The rule is in shadow mode, and would have denied this. */
  shadow_denied: z.boolean(),
  /** The table did not answer, and the rule's failure policy decided. */
  degraded: z.boolean(),
  windows: z.array(
    z.object({
      limit: z.int(),
      window_seconds: z.int(),
      remaining: z.int(),
      resets_in_seconds: z.int(),
    }),
  ),
  retry_after_seconds: z.int().optional(),
  /** Gives back what this took, once. */
  refund_token: z.string().optional(),
})

const MAX_QUESTIONS = 10

const common = {
  capability: 'rate-limit-checks',
  roles: ADMINS,
  scopes: ['midwatch/limit'],
  limit: 'limit_checks',
} as const

export const rateLimitChecksContract = {
  checkRateLimits: route({
    ...common,
    method: 'POST',
    path: '/api/v1/rate-limits/check',
    summary: 'Ask whether a request may go on: one or several rules at once, all or nothing',
    description:
      'Answers 200 whether the request may go on or not; `allowed` says which. Send `headers` on to your own caller, ' +
      'with status 403 where the reason is `blocked`, 503 where it is `store_unavailable`, and else 429. With `peek` ' +
      'nothing is taken.',
    examples: rateLimitCheckExamples.checkRateLimits,
    body: z.strictObject({
      checks: z.array(Question).min(1).max(MAX_QUESTIONS),
      peek: z.boolean().default(false).describe('Only look: take nothing'),
    }),
    response: z.object({
      allowed: z.boolean(),
      degraded: z.boolean(),
      retry_after_seconds: z.int().optional(),
      checks: z.array(Answer),
      headers: z.record(z.string(), z.string()),
    }),
    errors: ['unknown_rule'],
    uses: ['rate-limit:read', 'rate-limit:write', 'key:read', 'key:write'],
  }),
  refundRateLimit: route({
    ...common,
    method: 'POST',
    path: '/api/v1/rate-limits/refund',
    summary: 'Give back what a check took, e.g. when the request failed through no fault of its caller',
    examples: rateLimitCheckExamples.refundRateLimit,
    body: z.strictObject({ refund_token: z.string().min(1).max(2_000) }),
    response: z.object({ refunded: z.boolean() }),
    errors: ['unknown_rule', 'invalid_refund'],
    uses: ['rate-limit:read', 'rate-limit:write', 'key:read', 'key:write'],
  }),
} as const
