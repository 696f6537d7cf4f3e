import * as z from 'zod'
import { jsonFault } from './json-value.ts'
import { patternFault } from './pattern.ts'

/** A longer text is checked by its length alone. */
const MAX_PATTERN_LENGTH = 200
const MAX_CHOICES = 100
const MAX_FIELDS = 50

const size = z.int().min(0).max(10_000).optional()
const about = { title: z.string().max(200).optional(), description: z.string().max(500).optional() }
const choices = <Choice extends z.ZodType>(choice: Choice) =>
  z.array(choice).min(1).max(MAX_CHOICES).optional()

const FieldName = z
  .string()
  .regex(/^[A-Za-z][\w.-]{0,79}$/, 'must be a name such as max_size')
  // A value would seem to have it although nobody has sent it.
  .refine((name) => !(name in Object.prototype), 'must not be a name that every object has')

const BooleanSchema = z.strictObject({ type: z.literal('boolean'), ...about })

const NumberSchema = z.strictObject({
  type: z.enum(['integer', 'number']),
  ...about,
  enum: choices(z.number()),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  multipleOf: z.number().positive().optional(),
})

const StringSchema = z
  .strictObject({
    type: z.literal('string'),
    ...about,
    enum: choices(z.string()),
    minLength: size,
    maxLength: size,
    pattern: z.string().min(1).max(MAX_PATTERN_LENGTH).optional(),
  })
  .superRefine(({ pattern, maxLength }, context) => {
    if (pattern === undefined) return
    const path = maxLength === undefined ? 'maxLength' : 'pattern'
    const message = maxLength === undefined ? 'is missing beside a pattern' : patternFault(pattern, maxLength)
    // Nothing after this may match the pattern: not even the default, which comes with it.
    if (message !== undefined) context.addIssue({ code: 'custom', path: [path], message, continue: false })
  })

/** What stands inside of a list or an object; named late, because it may be any of these again. */
const Inner: z.ZodType<Supported> = z.lazy(() => Supported)

const ArraySchema = z.strictObject({
  type: z.literal('array'),
  ...about,
  items: Inner,
  minItems: size,
  maxItems: size,
})

const ObjectSchema = z
  .strictObject({
    type: z.literal('object'),
    ...about,
    properties: z.record(FieldName, Inner).optional(),
    required: z.array(FieldName).max(MAX_FIELDS).optional(),
    /** Whether there may be other fields than `properties`; unlike in JSON Schema it has to be said. */
    additionalProperties: z.boolean(),
  })
  .refine(({ properties = {} }) => Object.keys(properties).length <= MAX_FIELDS, {
    path: ['properties'],
    message: `must have at most ${MAX_FIELDS} fields`,
    abort: true,
  })

interface ListShape {
  readonly type: 'array'
  readonly items: Supported
  readonly minItems?: number | undefined
  readonly maxItems?: number | undefined
}

interface ObjectShape {
  readonly type: 'object'
  readonly properties?: Readonly<Record<string, Supported>> | undefined
  readonly required?: readonly string[] | undefined
  readonly additionalProperties: boolean
}

type Supported =
  | z.output<typeof BooleanSchema>
  | z.output<typeof NumberSchema>
  | z.output<typeof StringSchema>
  | ListShape
  | ObjectShape

const Supported = z.discriminatedUnion(
  'type',
  [BooleanSchema, NumberSchema, StringSchema, ArraySchema, ObjectSchema],
  'must be boolean, integer, number, string, array or object',
)

/**
 * What a value must look like, as a part of JSON Schema (draft 2020-12): each keyword that stands here is enforced, and any
 * other is refused, so that nobody relies on one that does nothing. There are no references, so that a schema ends.
 */
export const JsonSchema = z
  .unknown()
  .superRefine((schema, context) => {
    const message = jsonFault(schema)
    if (message !== undefined) context.addIssue({ code: 'custom', message, continue: false })
  })
  .pipe(Supported)
export type JsonSchema = Supported
