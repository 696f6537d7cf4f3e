import * as z from 'zod'
import { FlagKey, VariantName } from './flag-key.ts'
import { jsonFault } from '../kernel/json-value.ts'
import { strictRecord } from '../kernel/strict-record.ts'

export const FLAG_CATEGORIES = ['frontend', 'backend', 'experiment', 'killswitch', 'rollout', 'beta'] as const
export const FLAG_STATUSES = ['enabled', 'disabled', 'percentage', 'targeted'] as const
export const FLAG_TYPES = ['boolean', 'string', 'number', 'json'] as const
export const TARGET_TYPES = ['user', 'role', 'organization'] as const
export const HASHES = [
  'murmur3',
  'unleash',
  'unleash-variant',
  'growthbook-1',
  'growthbook-2',
  'launchdarkly',
  'flagd',
] as const
export const OPERATORS = [
  'in',
  'contains',
  'starts_with',
  'ends_with',
  'less_than',
  'at_most',
  'greater_than',
  'at_least',
  'before',
  'after',
  'semver_equal',
  'semver_less_than',
  'semver_greater_than',
  'present',
] as const

export type Hash = (typeof HASHES)[number]
export type Operator = (typeof OPERATORS)[number]
export type FlagType = (typeof FLAG_TYPES)[number]
export type FlagStatus = (typeof FLAG_STATUSES)[number]

/** What every object has is nobody's attribute. */
const Attribute = z
  .string()
  .min(1)
  .max(100)
  .refine((name) => !(name in Object.prototype), 'must not be the name of what every object has')

type Json = z.core.util.JSONType
/** The table keeps a flag twice in an audit event. */
const VALUE_LIMITS = { maxBytes: 32 * 1_024, maxDepth: 10 }
const MAX_VARIANTS = 100

const VariantValue = z.custom<Json>((value) => jsonFault(value, VALUE_LIMITS) === undefined, {
  error: ({ input }) => jsonFault(input, VALUE_LIMITS),
})
const MAX_VALUE_CHARACTERS = 256
/** A flag is an item of the table. More are a rule on an attribute of theirs. */
export const MAX_TARGETS = 400

/** A share of everybody, in per cent, to 0.001. */
export const Percentage = z
  .number()
  .min(0)
  .max(100)
  .refine(
    (value) => Math.abs(value * 1_000 - Math.round(value * 1_000)) < 1e-9,
    'must have at most three decimals',
  )

const Share = z.strictObject({ variant: VariantName, percentage: Percentage })

const Split = z
  .array(Share)
  .max(50)
  .refine(
    (shares) => shares.reduce((sum, { percentage }) => sum + Math.round(percentage * 1_000), 0) <= 100_000,
    'must not add up to more than 100',
  )

export const Bucketing = z.strictObject({
  hash: z
    .enum(HASHES)
    .default('murmur3')
    .describe('Others than `murmur3` keep users where another vendor put them'),
  salt: z
    .string()
    .max(256)
    .optional()
    .describe('Hashed with each id; the key of the flag when absent. Another salt moves everybody'),
  by: Attribute.optional().describe('The attribute whose value is hashed; the targeting key when absent'),
  start: Percentage.optional().describe(
    'Where the first share begins, in per cent; 0 when absent. Flags with one salt and different starts exclude each other',
  ),
  scale: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('All weights together, for `unleash-variant` and `flagd`, where buckets do not divide by them'),
})

const Condition = z.strictObject({
  attribute: Attribute.describe('`targetingKey`, or another field of the context'),
  operator: z.enum(OPERATORS),
  values: z
    .array(z.union([z.string().max(MAX_VALUE_CHARACTERS), z.number(), z.boolean()]))
    .max(500)
    .default([])
    .describe('One of them has to fit'),
  negate: z.boolean().default(false),
})

const Rule = z.strictObject({
  description: z.string().max(200).default(''),
  when: z.array(Condition).max(20).default([]).describe('All of them have to hold; none holds for everybody'),
  variant: VariantName.optional().describe('What whoever it fits gets'),
  split: Split.optional().describe('In place of `variant`; who is in no share goes on to the next rule'),
  bucketing: Bucketing.optional().describe("The flag's own when absent"),
})

export const Target = z.strictObject({
  type: z.enum(TARGET_TYPES),
  value: z
    .string()
    .trim()
    .min(1)
    .max(MAX_VALUE_CHARACTERS)
    .describe('The id of the user or organization, or the name of the role'),
  effect: z.enum(['allow', 'deny']).default('allow'),
  variant: VariantName.optional().describe('What it gets when allowed; `on` when absent'),
})

const Moment = z.iso.datetime({ offset: true })

/** Everything of a flag but its key, as definitions and the API give it. */
export const FlagFields = z.strictObject({
  description: z.string().max(500).default(''),
  category: z.enum(FLAG_CATEGORIES).default('backend'),
  owner: z.string().max(100).default('').describe('Who is asked about it'),
  tags: z.array(z.string().min(1).max(50)).max(20).default([]),
  status: z.enum(FLAG_STATUSES).default('disabled'),
  type: z.enum(FLAG_TYPES).default('boolean'),
  variants: strictRecord(VariantName, VariantValue)
    .refine(
      (variants) => Object.keys(variants).length <= MAX_VARIANTS,
      `must not hold more than ${MAX_VARIANTS} variants`,
    )
    .default({ on: true, off: false })
    .describe('What it can be, by name'),
  on: VariantName.default('on').describe('The variant of who has the feature'),
  off: VariantName.default('off').describe('The variant of everybody else'),
  percentage: Percentage.optional().describe('How many get `on`; short for a `split` with one share'),
  split: Split.default([]).describe('Who gets what while the status is `percentage`; the rest gets `off`'),
  bucketing: Bucketing.prefault({}),
  targets: z.array(Target).max(MAX_TARGETS).default([]),
  rules: z.array(Rule).max(50).default([]).describe('The first that fits decides'),
  prerequisites: z
    .array(z.strictObject({ flag: FlagKey, variant: VariantName }))
    .max(10)
    .default([])
    .describe('Flags that must have these variants, or this one is off'),
  schedule: z
    .strictObject({ from: Moment.optional(), until: Moment.optional() })
    .optional()
    .describe('Outside of it the flag is off'),
  public: z.boolean().default(false).describe('Whether browsers may evaluate it with the public key'),
  expires: z.iso
    .date()
    .optional()
    .describe('When it should be gone from the code; it then is among the stale ones'),
  approval: z
    .enum(['none', 'second'])
    .default('none')
    .describe('`second`: changes wait until somebody else approves. Killswitches never wait'),
})

export type FlagFields = z.output<typeof FlagFields>

/** A feature flag. */
export type Flag = Omit<FlagFields, 'percentage'> & { readonly key: string }
/** What evaluation needs of a flag. */
export type LiveFlag = Omit<Flag, 'description' | 'owner' | 'tags' | 'expires' | 'approval'>
export type Bucketing = z.output<typeof Bucketing>
export type Condition = z.output<typeof Condition>
export type FlagRule = z.output<typeof Rule>
export type Share = z.output<typeof Share>
export type Target = z.output<typeof Target>

/** A flag as these fields describe it. */
export const flagOf = (key: string, { percentage, ...fields }: FlagFields): Flag => ({
  ...fields,
  key,
  split: percentage === undefined ? fields.split : [{ variant: fields.on, percentage }],
})
