import * as z from 'zod'
import { ADMINS, RESPONDERS, route, VIEWERS } from '../kernel/route.ts'
import { rateLimitExamples } from './examples.ts'
import { Identifier, LIMIT_MODES, LimitScope } from './rule.ts'
import {
  BlockBody,
  BlockScope,
  BlockView,
  OverrideBody,
  OverrideView,
  Reason,
  RuleBody,
  RuleView,
} from './schemas.ts'

const RuleId = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}(_rule_id)?$/, 'the name of a rule, or its name and "_rule_id"')
const OverrideId = z.string().regex(/^[a-z][a-z0-9_-]{0,62}-[0-9a-f]{16}$/, 'an override id')
const BlockId = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, 'a block id')

const Why = z.strictObject({ reason: Reason.optional().describe('Why, for the audit log') })

const paging = {
  limit: z.coerce.number().int().min(1).max(100).default(50).describe('Entries a page'),
  cursor: z.string().max(2000).optional().describe('`next_cursor` of the page before'),
}

const look = {
  capability: 'rate-limits',
  method: 'GET',
  roles: VIEWERS,
  scopes: ['midwatch/read'],
  limit: 'global_default',
} as const

const change = { capability: 'rate-limits', limit: 'global_default', idempotent: true } as const
/** Who is on call may do these at night. */
const relief = { ...change, roles: RESPONDERS, scopes: ['midwatch/write'] } as const

const RACES = ['conflict', 'request_in_flight', 'key_reused'] as const
const CHANGES = ['audit:write', 'idempotency:read', 'idempotency:write'] as const

export const rateLimitsContract = {
  listRules: route({
    ...look,
    path: '/api/v1/ops/rate-limits/rules',
    summary: 'The rules that hold, by name',
    examples: rateLimitExamples.listRules,
    query: z.strictObject({ scope: LimitScope.optional(), mode: z.enum(LIMIT_MODES).optional() }),
    response: z.object({ rules: z.array(RuleView) }),
    errors: [],
    uses: ['limit-set:read'],
  }),
  getRule: route({
    ...look,
    path: '/api/v1/ops/rate-limits/rules/{rule}',
    summary: 'One rule',
    examples: rateLimitExamples.getRule,
    params: z.strictObject({ rule: RuleId }),
    response: RuleView,
    errors: ['unknown_rule'],
    uses: ['limit-set:read'],
  }),
  putRule: route({
    ...change,
    method: 'PUT',
    path: '/api/v1/ops/rate-limits/rules/{rule}',
    summary: 'Change a rule, or create one',
    description:
      'Send the whole rule: what is left out has its default afterwards. Give `limit` and `window_seconds`, or several ' +
      '`windows`. To disable a rate limit for a while, send its rule with the mode `shadow`: it still counts and ' +
      'records, and denies nobody. Every container goes by the new rule within 5 s.',
    examples: rateLimitExamples.putRule,
    roles: ADMINS,
    params: z.strictObject({ rule: RuleId }),
    body: RuleBody,
    response: RuleView,
    errors: ['stale_version', ...RACES],
    uses: ['limit-set:read', 'limit-set:write', ...CHANGES],
  }),
  deleteRule: route({
    ...change,
    method: 'DELETE',
    path: '/api/v1/ops/rate-limits/rules/{rule}',
    summary: 'Take back what was changed of a rule',
    description:
      'A changed rule goes by its definition again, and `in_force` shows it; a created one is gone. Its overrides stay, ' +
      'and hold again should the rule come back.',
    examples: rateLimitExamples.deleteRule,
    roles: ADMINS,
    params: z.strictObject({ rule: RuleId }),
    query: Why,
    response: z.object({ removed: RuleView, in_force: RuleView.optional() }),
    errors: ['unknown_rule', 'rule_defined', 'stale_version', ...RACES],
    uses: ['limit-set:read', 'limit-set:write', ...CHANGES],
  }),
  listOverrides: route({
    ...look,
    path: '/api/v1/ops/rate-limits/overrides',
    summary: 'Exceptions to rules, newest first',
    examples: rateLimitExamples.listOverrides,
    query: z.strictObject({
      rule: z.string().min(1).max(80).optional().describe('The name of a rule, or `<name>_rule_id`'),
      override_type: LimitScope.optional(),
      override_value: Identifier.optional().describe('Whom it is for'),
      state: z.enum(['active', 'expired', 'all']).default('active'),
      ...paging,
    }),
    response: z.object({ overrides: z.array(OverrideView), next_cursor: z.string().optional() }),
    errors: ['invalid_cursor'],
    uses: ['limit-override:read', 'limit-set:read', 'key:read', 'key:write'],
  }),
  createOverride: route({
    ...relief,
    method: 'POST',
    path: '/api/v1/ops/rate-limits/overrides',
    summary: 'Give one caller larger limits, or smaller ones, or none',
    description:
      'Give `multiplier` or `exempt`. A caller has one override of a rule: a second one takes the place of the first. ' +
      'Every container goes by it from its next decision in the table on, at the latest after 5 s.',
    examples: rateLimitExamples.createOverride,
    body: OverrideBody,
    response: OverrideView,
    status: 201,
    errors: ['unknown_rule', ...RACES],
    uses: ['limit-override:read', 'limit-override:write', 'limit-set:read', 'rate-limit:write', ...CHANGES],
  }),
  deleteOverride: route({
    ...relief,
    method: 'DELETE',
    path: '/api/v1/ops/rate-limits/overrides/{override}',
    summary: 'Remove an override: its caller goes by the rule again',
    examples: rateLimitExamples.deleteOverride,
    params: z.strictObject({ override: OverrideId }),
    query: Why,
    response: OverrideView,
    errors: ['unknown_override', 'stale_version', ...RACES],
    uses: ['limit-override:read', 'limit-override:write', 'rate-limit:write', ...CHANGES],
  }),
  listBlocks: route({
    ...look,
    path: '/api/v1/ops/rate-limits/blocks',
    summary: 'Blocked callers: those in force first, then the ended ones of 90 days, each newest first',
    examples: rateLimitExamples.listBlocks,
    query: z.strictObject({
      scope: BlockScope.optional(),
      value: Identifier.optional().describe('Who is blocked, as it was sent or as it is shown'),
      rule: z.string().min(1).max(80).optional().describe('Automatic blocks of this rule'),
      state: z.enum(['active', 'ended', 'all']).default('active'),
      ...paging,
    }),
    response: z.object({ blocks: z.array(BlockView), next_cursor: z.string().optional() }),
    errors: ['invalid_cursor'],
    uses: ['limit-set:read', 'key:read', 'key:write'],
  }),
  createBlock: route({
    ...relief,
    method: 'POST',
    path: '/api/v1/ops/rate-limits/blocks',
    summary: 'Block a user, an API key, an organization, an IP address or a range of them',
    description:
      'A blocked caller is denied whatever a rate limit is asked about, within 5 s in every container. Blocking somebody ' +
      'again replaces the block in force, under the same id: the new reason and end hold. An IPv6 address stands for ' +
      'its /64, as callers are counted.',
    examples: rateLimitExamples.createBlock,
    body: BlockBody,
    response: BlockView,
    status: 201,
    errors: ['too_many_blocks', ...RACES],
    uses: ['limit-set:read', 'limit-set:write', ...CHANGES],
  }),
  deleteBlock: route({
    ...relief,
    method: 'DELETE',
    path: '/api/v1/ops/rate-limits/blocks/{block}',
    summary: 'End a block',
    examples: rateLimitExamples.deleteBlock,
    params: z.strictObject({ block: BlockId }),
    query: Why,
    response: BlockView,
    errors: ['unknown_block', 'stale_version', ...RACES],
    uses: ['limit-set:read', 'limit-set:write', ...CHANGES],
  }),
} as const
