import * as z from 'zod'
import { route, schedule, VIEWERS } from '../kernel/route.ts'
import { Identifier, LIMIT_MODES, LimitScope } from '../rate-limits/rule.ts'
import { violationExamples } from './examples.ts'

/** A rule's name, or the id that runbooks call it by. */
const RuleReference = z.string().min(1).max(80)

const ViolationView = z.object({
  rule: z.string(),
  scope: LimitScope,
  identifier: z.string(),
  count: z.int(),
  shadow_count: z.int(),
  first_seen: z.iso.datetime(),
  last_seen: z.iso.datetime(),
})

const Totals = z.object({
  count: z.int(),
  shadow_count: z.int(),
  by_rule: z.array(
    z.object({ rule: z.string(), count: z.int(), shadow_count: z.int(), identifiers: z.int() }),
  ),
})

const StandingView = z.object({
  rule: z.string(),
  scope: LimitScope,
  mode: z.enum(LIMIT_MODES),
  windows: z.array(
    z.object({
      limit: z.int(),
      window_seconds: z.int(),
      used: z.int(),
      remaining: z.int(),
      resets_in_seconds: z.int(),
    }),
  ),
  override: z
    .object({
      multiplier: z.number().optional(),
      exempt: z.boolean().optional(),
      expires_at: z.iso.datetime().optional(),
    })
    .optional(),
  blocked: z
    .object({ id: z.string(), reason: z.string(), expires_at: z.iso.datetime().optional() })
    .optional(),
})
export type StandingView = z.input<typeof StandingView>

export const violationsContract = {
  listViolations: route({
    capability: 'violations',
    method: 'GET',
    path: '/api/v1/ops/rate-limits/violations',
    summary: 'Who was denied by which rule, most denied first',
    description:
      'Every denial counts; counts of the last minute may still be on their way. `identifier` "*" stands for callers ' +
      'who were too many to count one by one. Where `complete` is false, there were too many to read at once: ask for ' +
      'fewer hours, or for one rule. With `identifier`, rules that no longer exist are listed only when `rule` names them.',
    examples: violationExamples.listViolations,
    roles: VIEWERS,
    scopes: ['midwatch/read'],
    limit: 'global_default',
    query: z.strictObject({
      hours: z.coerce.number().int().min(1).max(168).default(24).describe('How far to look back'),
      identifier: Identifier.optional().describe('Only of this caller'),
      rule: RuleReference.optional().describe('Only of this rule'),
      scope: LimitScope.optional().describe('Only of rules that count by this'),
      limit: z.coerce.number().int().min(1).max(500).default(100).describe('Violations a page'),
      cursor: z.string().max(2000).optional().describe('`next_cursor` of the page before'),
    }),
    response: z.object({
      violations: z.array(ViolationView),
      totals: Totals,
      complete: z.boolean(),
      next_cursor: z.string().optional(),
    }),
    errors: ['unknown_rule', 'invalid_cursor'],
    uses: ['violation:read', 'limit-set:read', 'key:read', 'key:write'],
  }),
  getLimitStatus: route({
    capability: 'violations',
    method: 'GET',
    path: '/api/v1/ops/rate-limits/status',
    summary: 'How much of each rate limit a caller has used',
    description:
      'Looks only, and takes nothing. What a container has taken in advance for a busy caller counts as used.',
    examples: violationExamples.getLimitStatus,
    roles: VIEWERS,
    scopes: ['midwatch/read'],
    limit: 'global_default',
    query: z.strictObject({
      identifier: Identifier.describe('Whom the rules count: a user id, an address, …'),
      scope: LimitScope.optional().describe('Only rules that count by this'),
      rule: RuleReference.optional().describe('Only this rule'),
    }),
    response: z.object({ identifier: z.string(), rules: z.array(StandingView) }),
    errors: ['unknown_rule'],
    uses: ['rate-limit:read', 'limit-set:read'],
  }),
  sweep: schedule({
    capability: 'violations',
    name: 'sweep',
    summary: 'Blocks whoever is denied too often, and ends what has expired: blocks and overrides',
    every: 'minute',
    timeoutSeconds: 50,
    uses: [
      'violation:read',
      'violation:write',
      'limit-set:read',
      'limit-set:write',
      'limit-override:read',
      'limit-override:write',
      'rate-limit:read',
      'rate-limit:write',
      'alert:read',
      'alert:write',
      'audit:write',
      'outbox:write',
    ],
  }),
} as const
