import * as z from 'zod'
import { PendingChange, WatchBody, WatchView } from '../changes/schemas.ts'
import { strictRecord } from '../kernel/strict-record.ts'
import { checkDefault, ConfigKey, EntryFields } from './entry.ts'
import { jsonFault } from './json-value.ts'

/** Entries that one request may change, so that they fit into one transaction. */
export const MAX_CHANGED = 20
const MAX_VALIDATED = 100

export const Reason = z.string().trim().min(1).max(500).describe('Why, for the audit log')

/** A value as it comes in; the schema of its entry says the rest. */
const Value = z
  .unknown()
  .superRefine((value, context) => {
    const message = jsonFault(value)
    if (message !== undefined) context.addIssue({ code: 'custom', message })
  })
  .describe('Any JSON value that the schema of the entry lets in, up to 8 KB; never a secret')

const values = (most: number) =>
  strictRecord(ConfigKey, Value)
    .refine((given) => Object.keys(given).length > 0, 'must not be empty')
    .refine((given) => Object.keys(given).length <= most, `must have at most ${most} fields`)
    .describe('Values by key')

/** Several values as a dry run takes them. */
export const ValidateBody = z.strictObject({ values: values(MAX_VALIDATED), reason: Reason.optional() })

/** Several values that are set together. */
export const PutManyBody = z.strictObject({
  values: values(MAX_CHANGED),
  reason: Reason.optional(),
  versions: strictRecord(ConfigKey, z.int().min(0))
    .optional()
    .describe('Versions that must still hold, by key, in place of If-Match'),
})

/** One value as the API takes it. */
export const PutBody = z.strictObject({
  value: Value,
  reason: Reason.optional(),
  watch: WatchBody.optional().describe('Takes the change back by itself when an alert opens'),
})

export const RollbackBody = z.strictObject({
  version: z.int().min(1).describe('The version whose value is to hold again'),
  reason: Reason.optional(),
  watch: WatchBody.optional().describe('Takes the rollback back by itself when an alert opens'),
})

/** A new key as the API takes it. */
export const CreateBody = EntryFields.superRefine(checkDefault)

/** An entry as the API shows it. */
export const ConfigView = z.object({
  key: ConfigKey,
  value: z.unknown(),
  default: z.unknown(),
  is_default: z.boolean(),
  /** What was set and does not hold, because the definition has changed since; which rule of it that breaks. */
  ignored_value: z.object({ value: z.unknown(), reason: z.string() }).optional(),
  type: z.enum(['boolean', 'integer', 'number', 'string', 'array', 'object']),
  schema: z.unknown(),
  description: z.string(),
  unit: z.string().optional(),
  public: z.boolean(),
  reason: z.enum(['optional', 'required']),
  approval: z.enum(['none', 'second']),
  origin: z.enum(['defined', 'created']),
  version: z.int(),
  updated_at: z.iso.datetime().optional(),
  updated_by: z.string().optional(),
  /** What waits for a second person. */
  pending_change: PendingChange.optional(),
  /** What takes the change back that was just made. */
  watch: WatchView.optional(),
})
export type ConfigView = z.input<typeof ConfigView>

/** One version of an entry. */
export const ConfigVersion = z.object({
  version: z.int(),
  action: z.string(),
  /** What held from then on; absent where the key was removed. */
  value: z.unknown().optional(),
  previous: z.unknown().optional(),
  is_default: z.boolean().optional(),
  at: z.iso.datetime(),
  by: z.string(),
  /** Who was the second person, where one was needed. */
  approved_by: z.string().optional(),
  reason: z.string().optional(),
  watch: WatchView.optional(),
})
export type ConfigVersion = z.input<typeof ConfigVersion>

/** What a dry run says of one value. */
export const Verdict = z.object({
  key: z.string(),
  valid: z.boolean(),
  reason: z.string().optional(),
  current: z.unknown().optional(),
  proposed: z.unknown(),
})
export type Verdict = z.input<typeof Verdict>
