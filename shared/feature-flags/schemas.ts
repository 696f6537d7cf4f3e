import * as z from 'zod'
import { isDeeperThan } from '../kernel/json-value.ts'
import { PendingChange, WatchBody, WatchView } from '../changes/schemas.ts'
import {
  Bucketing,
  FLAG_CATEGORIES,
  FLAG_STATUSES,
  FLAG_TYPES,
  FlagFields,
  MAX_TARGETS,
  Percentage,
  Target,
} from './flag.ts'
import { flagFaults } from './flag-faults.ts'
import { NewFlagKey } from './flag-key.ts'

/** Why somebody does this; it stands in the audit log. */
export const Reason = z.string().trim().min(1).max(500)

const fields = FlagFields.shape
const target = Target.shape

/** So that what GET answers can be changed and sent back. */
const ignored = z.unknown().optional().describe('Ignored: as GET answers it')

/** A target as the API takes it. */
export const TargetBody = z.strictObject({
  target_type: target.type,
  target_value: target.value,
  effect: target.effect.describe('Whether it gets the feature, or never gets it'),
  variant: target.variant,
  id: ignored,
})

const reason = Reason.optional().describe('Why, for the audit log')
const watch = WatchBody.optional().describe('Takes the change back by itself if this alert opens in time')

const WireFields = FlagFields.extend({
  key: ignored,
  origin: ignored,
  version: ignored,
  updated_at: ignored,
  updated_by: ignored,
  status: z
    .enum(FLAG_STATUSES)
    .optional()
    .describe('As it is when absent, so that no edit releases a killswitch; `disabled` for a new flag'),
  bucketing: Bucketing.optional().describe('As it is when absent, so that nobody is moved'),
  targets: z.array(TargetBody).max(MAX_TARGETS).default([]),
  reason,
  watch,
})
type WireFields = z.output<typeof WireFields>

/** A target as a body gives it. */
export const targetOf = ({
  id: _id,
  target_type: type,
  target_value: value,
  ...rest
}: z.output<typeof TargetBody>): Target => ({ ...rest, type, value })

/** What of a flag stays as it is where a body does not name it. */
type Current = Pick<z.output<typeof FlagFields>, 'bucketing' | 'status'>

const NEW: Current = { bucketing: { hash: 'murmur3' }, status: 'disabled' }

/**
 * The fields of a flag as a body gives them.
 * @param current the flag as it is shown now; its salt stays unless the body names another
 */
export function fieldsOf(
  {
    reason: _reason,
    watch: _watch,
    key: _key,
    origin: _origin,
    version: _version,
    updated_at: _at,
    updated_by: _by,
    targets,
    bucketing,
    status,
    ...rest
  }: WireFields,
  current: Current = NEW,
): z.output<typeof FlagFields> {
  const { salt } = current.bucketing
  const kept = salt === undefined ? {} : { salt }
  return {
    ...rest,
    status: status ?? current.status,
    bucketing: bucketing === undefined ? current.bucketing : { ...kept, ...bucketing },
    targets: targets.map(targetOf),
  }
}

/** What fields break together, where bodies have them. */
export const bodyFaults = (fields: z.output<typeof FlagFields>) =>
  flagFaults(fields).map(([path, reason]) => ({
    path: path[0] === 'targets' && path[2] === 'value' ? [...path.slice(0, 2), 'target_value'] : [...path],
    reason,
  }))

/** Checks what the fields of a body break together. */
function refineBody(body: WireFields, context: z.RefinementCtx): void {
  for (const { path, reason } of bodyFaults(fieldsOf(body))) {
    context.addIssue({ code: 'custom', path, message: reason })
  }
}

/** Everything of a flag but its key, as the API takes it. */
export const FlagBody = WireFields.superRefine(refineBody)
export type FlagBody = z.output<typeof FlagBody>

/** A new flag as the API takes it. */
export const NewFlagBody = WireFields.extend({
  key: NewFlagKey,
}).superRefine(refineBody)

export const PercentageBody = z
  .strictObject({
    percentage: Percentage.optional().describe('Of everybody, to 0.001; here or in the query'),
    reason,
    watch,
  })
  .optional()

/** Why, for calls that need nothing else. */
export const WhyBody = z.strictObject({ reason }).optional()

/** The same for calls that may be watched. */
export const WatchedBody = z.strictObject({ reason, watch }).optional()

export const RollbackBody = z.strictObject({
  version: z.int().min(1).describe('The version whose state is wanted back; it becomes a new version'),
  reason,
  watch,
})

/** Checked when it came in. */
const AnyJson = z.custom<z.core.util.JSONType>()

/** Where a flag that holds comes from. */
export const FLAG_ORIGINS = ['defined', 'changed', 'created'] as const

/** A target as the API shows it. */
export const TargetView = z.object({
  id: z.string(),
  target_type: target.type,
  target_value: z.string(),
  effect: target.effect.unwrap(),
  variant: z.string().optional(),
})

/** A flag as the API shows it. */
export const FlagView = z.object({
  key: z.string(),
  description: z.string(),
  category: z.enum(FLAG_CATEGORIES),
  owner: z.string(),
  tags: z.array(z.string()),
  status: z.enum(FLAG_STATUSES).describe('A killswitch that is enabled is engaged'),
  type: z.enum(FLAG_TYPES),
  variants: z.record(z.string(), AnyJson),
  on: z.string(),
  off: z.string(),
  percentage: z.number().optional().describe('How many get `on`, where that is all there is to the split'),
  split: z.array(z.object({ variant: z.string(), percentage: z.number() })),
  bucketing: Bucketing,
  targets: z.array(TargetView),
  rules: fields.rules.unwrap(),
  prerequisites: fields.prerequisites.unwrap(),
  schedule: fields.schedule,
  public: z.boolean(),
  expires: z.string().optional(),
  approval: fields.approval.unwrap(),
  origin: z
    .enum(FLAG_ORIGINS)
    .describe('In the platform definition, stored over a definition, or made through this API'),
  archived: z.literal(true).optional(),
  /** 0 when nobody has ever changed it through the API. */
  version: z.int(),
  updated_at: z.iso.datetime().optional(),
  updated_by: z.string().optional(),
  pending_change: PendingChange.optional().describe('Waits for a second person'),
  watch: WatchView.optional().describe('Takes this change back by itself'),
})
export type FlagView = z.input<typeof FlagView>

/** One change of a flag. */
export const FlagVersion = z.object({
  version: z.int(),
  at: z.iso.datetime(),
  by: z.string(),
  approved_by: z.string().optional(),
  action: z.string(),
  reason: z.string().optional(),
  watch: WatchView.optional(),
  changed: z.array(z.string()).describe('The fields that are not as they were before'),
  flag: FlagView.optional().describe('As it was afterwards; absent when it was archived'),
})
export type FlagVersionView = z.input<typeof FlagVersion>

/** How often a flag was evaluated. */
export const StatsView = z.object({
  key: z.string(),
  hours: z.int().describe('How far back `variants` counts'),
  evaluations: z.int(),
  variants: z.array(z.object({ variant: z.string(), evaluations: z.int(), last_seen: z.iso.datetime() })),
  last_seen: z.iso.datetime().optional(),
})

export const STALE_REASONS = ['expired', 'unused', 'settled'] as const

/** A flag that should be gone, and why. */
export const StaleFlag = z.object({
  key: z.string(),
  owner: z.string(),
  status: z.enum(FLAG_STATUSES),
  reasons: z
    .array(z.enum(STALE_REASONS))
    .describe('`unused`: not evaluated for 30 days. `settled`: the same for everybody for 30 days'),
  expires: z.string().optional(),
  updated_at: z.iso.datetime().optional(),
  last_seen: z.iso.datetime().optional(),
})

/** What a change would do to the last evaluated users. */
export const ImpactView = z.object({
  users: z.int().describe('How many there are of late'),
  changed: z.int(),
  moves: z
    .array(z.object({ from: z.string(), to: z.string(), users: z.int() }))
    .describe('Variants, or `error`'),
})

/** Whose flags can be imported. */
export const VENDORS = ['unleash', 'growthbook', 'launchdarkly', 'flagd'] as const

/** Deeper than any vendor's export, and not too deep to be walked. */
const MAX_IMPORT_DEPTH = 40

export const ImportBody = z
  .record(z.string(), z.unknown())
  .refine(
    (definition) => !isDeeperThan(MAX_IMPORT_DEPTH, definition),
    `must not be nested more than ${MAX_IMPORT_DEPTH} deep`,
  )
  .describe("The vendor's own export, as it is")

export const ImportView = z.object({
  imported: z.array(z.string()),
  skipped: z.array(z.object({ key: z.string(), reason: z.string() })),
  dry_run: z.boolean(),
})

/** A bundle of switches as the API shows it. */
export const BundleView = z.object({
  name: z.string(),
  description: z.string(),
  flags: z.array(z.object({ key: z.string(), status: z.enum(FLAG_STATUSES) })),
  missing: z.array(z.string()).optional().describe('Keys that are no flags any more'),
  applied: z.boolean(),
  applied_at: z.iso.datetime().optional(),
  applied_by: z.string().optional(),
  thrown: z.array(z.string()).optional().describe('The switches that applying it has thrown'),
  kept: z.array(z.string()).optional().describe('Those that somebody had moved before it was reverted'),
  version: z.int(),
})
export type BundleView = z.input<typeof BundleView>
