import * as z from 'zod'
import { AutoBlock, Identifier, LIMIT_SCOPES, LimitScope, LimitWindow, RateLimitRule } from './rule.ts'

/** Why somebody does this; it stands in the audit log. */
export const Reason = z.string().trim().min(1).max(500)

/** A moment on the wire; whether it lies in the future is for the operation to say. */
const Moment = z.iso.datetime({ offset: true })

const fields = RateLimitRule.shape
const window = { limit: LimitWindow.shape.limit, window_seconds: LimitWindow.shape.windowSeconds }
const automatic = {
  violations_per_hour: AutoBlock.shape.violationsPerHour,
  block_seconds: AutoBlock.shape.blockSeconds,
}

const RuleFields = z.strictObject({
  description: fields.description,
  scope: LimitScope.describe('What the rule counts by; fixed once the rule exists'),
  limit: window.limit.optional().describe('Together with `window_seconds`, in place of `windows`'),
  window_seconds: window.window_seconds.optional(),
  windows: z.array(z.strictObject(window)).min(1).max(4).optional().describe('All of them hold at once'),
  exempt_roles: fields.exemptRoles.describe('Groups whose members are not counted'),
  mode: fields.mode.describe('`shadow` decides and records, and denies nobody'),
  failure_policy: fields.failurePolicy.describe('What holds while the table does not answer'),
  precision: fields.precision.describe('`fine` loses less of a limit, and makes a larger item'),
  leases: fields.leases.describe('Whether a hot key may be counted several units at a time'),
  auto_block: z
    .strictObject(automatic)
    .optional()
    .describe('Blocks whoever is denied this often within a clock hour'),
  reason: Reason.optional().describe('Why, for the audit log'),
})
type RuleFields = z.output<typeof RuleFields>

/** The windows of a body in either of their forms; none when it has no whole form. */
const windowsOf = ({ limit, window_seconds: windowSeconds, windows }: RuleFields): LimitWindow[] => {
  if (windows !== undefined)
    return windows.map((each) => ({ limit: each.limit, windowSeconds: each.window_seconds }))
  return limit === undefined || windowSeconds === undefined ? [] : [{ limit, windowSeconds }]
}

/** A rule as a body describes it. */
export const ruleOf = (name: string, body: RuleFields): RateLimitRule => ({
  name,
  description: body.description,
  scope: body.scope,
  windows: windowsOf(body),
  exemptRoles: body.exempt_roles,
  mode: body.mode,
  failurePolicy: body.failure_policy,
  precision: body.precision,
  leases: body.leases,
  ...(body.auto_block === undefined
    ? {}
    : {
        autoBlock: {
          violationsPerHour: body.auto_block.violations_per_hour,
          blockSeconds: body.auto_block.block_seconds,
        },
      }),
})

/** What is wrong with the form in which a body gives its windows: where, and why. */
function wrongForm({ limit, window_seconds: length, windows }: RuleFields): [string, string] | undefined {
  if (windows !== undefined && (limit !== undefined || length !== undefined)) {
    return ['windows', 'must not stand beside limit and window_seconds: send one of the two forms']
  }
  if (windows !== undefined) return undefined
  if (limit === undefined && length === undefined) {
    return ['windows', 'must be given, or limit and window_seconds in its place']
  }
  if (limit === undefined) return ['limit', 'must be given beside window_seconds']
  return length === undefined ? ['window_seconds', 'must be given beside limit'] : undefined
}

/** A whole rule as the API takes it. */
export const RuleBody = RuleFields.superRefine((body, context) => {
  const wrong = wrongForm(body)
  if (wrong !== undefined) {
    context.addIssue({ code: 'custom', path: [wrong[0]], message: wrong[1] })
    return
  }
  // Each field has been checked by now; what they break together, only lists of windows can break.
  const issues = RateLimitRule.safeParse(ruleOf('rule', body)).error?.issues ?? []
  for (const { message } of issues.filter(({ code }) => code === 'custom')) {
    context.addIssue({ code: 'custom', path: ['windows'], message })
  }
})
export type RuleBody = z.output<typeof RuleBody>

/** Where a rule that holds comes from. */
export const RULE_ORIGINS = ['defined', 'changed', 'created'] as const

/** A rule as the API shows it. */
export const RuleView = z.object({
  name: z.string(),
  description: z.string(),
  scope: LimitScope,
  windows: z.array(z.object({ limit: z.int(), window_seconds: z.int() })),
  exempt_roles: z.array(z.string()),
  mode: fields.mode.unwrap(),
  failure_policy: fields.failurePolicy.unwrap(),
  precision: fields.precision.unwrap(),
  leases: fields.leases.unwrap(),
  auto_block: z.object({ violations_per_hour: z.int(), block_seconds: z.int() }).optional(),
  origin: z
    .enum(RULE_ORIGINS)
    .describe('In the platform definition, stored over a definition, or made through this API'),
  /** 0 when nobody has ever changed it through the API. */
  version: z.int(),
})
export type RuleView = z.input<typeof RuleView>

const MAX_MULTIPLIER = 1_000

/** An override as the API takes it. */
export const OverrideBody = z
  .strictObject({
    rule_id: z.string().min(1).max(80).describe('The name of a rule, or `<name>_rule_id`'),
    override_type: LimitScope.describe('The scope of the rule'),
    override_value: Identifier.describe('Whom it is for, in that scope'),
    multiplier: z
      .number()
      .gt(0)
      .max(MAX_MULTIPLIER)
      .optional()
      .describe('Makes the limits this many times as large'),
    exempt: z.literal(true, 'must be true, or left out').optional().describe('Not counted at all'),
    reason: Reason,
    expires_at: Moment.optional().describe('When it ends by itself; never when absent'),
  })
  .superRefine(({ multiplier, exempt }, context) => {
    if ((multiplier === undefined) !== (exempt === undefined)) return
    const message = 'must be given, or exempt in its place: exactly one of the two'
    context.addIssue({ code: 'custom', path: ['multiplier'], message })
  })

/** An override as the API shows it. */
export const OverrideView = z.object({
  id: z.string(),
  rule_id: z.string(),
  override_type: LimitScope,
  override_value: z.string(),
  multiplier: z.number().optional(),
  exempt: z.boolean().optional(),
  reason: z.string(),
  state: z.enum(['active', 'expired', 'removed']),
  created_at: z.iso.datetime(),
  created_by: z.string(),
  expires_at: z.iso.datetime().optional(),
  version: z.int(),
})
export type OverrideView = z.input<typeof OverrideView>

/** Whom a block can be for: everybody shares a route. */
export const BlockScope = z.enum(LIMIT_SCOPES).exclude(['route'])
export type BlockScope = z.output<typeof BlockScope>

const MAX_BLOCK_SECONDS = 366 * 86_400

/** A block as the API takes it. */
export const BlockBody = z
  .strictObject({
    scope: BlockScope,
    value: Identifier.describe('Who is blocked; for `ip` an address or a range, e.g. `2001:db8::/32`'),
    reason: Reason,
    expires_at: Moment.optional().describe('When it ends by itself; never when absent'),
    duration_seconds: z
      .int()
      .min(1)
      .max(MAX_BLOCK_SECONDS)
      .optional()
      .describe('In place of `expires_at`: counted from now'),
  })
  .superRefine(({ expires_at: at, duration_seconds: seconds }, context) => {
    if (at === undefined || seconds === undefined) return
    const message = 'must not stand beside expires_at: send one of the two'
    context.addIssue({ code: 'custom', path: ['duration_seconds'], message })
  })

/** A block as the API shows it. */
export const BlockView = z.object({
  id: z.string(),
  scope: LimitScope,
  value: z.string(),
  reason: z.string(),
  /** The rule whose denials brought it about; absent when a person did it. */
  rule: z.string().optional(),
  state: z.enum(['active', 'ended']),
  created_at: z.iso.datetime(),
  created_by: z.string(),
  expires_at: z.iso.datetime().optional(),
  ended_at: z.iso.datetime().optional(),
  ended_by: z.string().optional(),
  version: z.int(),
})
export type BlockView = z.input<typeof BlockView>
