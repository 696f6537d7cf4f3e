import * as z from 'zod'
import { reasonOf } from '../kernel/reasons.ts'
import type { JsonSchema } from './json-schema.ts'
import { jsonFault } from './json-value.ts'

/** One thing that is wrong with a value: where in it, and which rule that breaks. */
export interface ValueFault {
  readonly path: readonly PropertyKey[]
  readonly reason: string
}

type SchemaOf<Type extends JsonSchema['type']> = Extract<JsonSchema, { type: Type }>

/** More wrong places than these are not listed. */
const MAX_FAULTS = 20

function numberSchema(schema: SchemaOf<'integer' | 'number'>): z.ZodType {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  let built: z.ZodNumber = schema.type === 'integer' ? z.int() : z.number()
  if (minimum !== undefined) built = built.min(minimum)
  if (exclusiveMinimum !== undefined) built = built.gt(exclusiveMinimum)
  if (maximum !== undefined) built = built.max(maximum)
  if (exclusiveMaximum !== undefined) built = built.lt(exclusiveMaximum)
  if (multipleOf !== undefined) {
    built = built.multipleOf(multipleOf, `must be a multiple of ${multipleOf}`)
  }
  return built
}

function stringSchema({ minLength, maxLength, pattern }: SchemaOf<'string'>): z.ZodType {
  let built = z.string()
  if (minLength !== undefined) built = built.min(minLength)
  // A text that is too long never meets the pattern, which was found harmless for shorter ones.
  if (maxLength !== undefined) built = built.max(maxLength, { abort: true })
  if (pattern !== undefined) built = built.regex(new RegExp(pattern, 'u'), `must match ${pattern}`)
  return built
}

function arraySchema({ items, minItems, maxItems }: SchemaOf<'array'>): z.ZodType {
  let built = z.array(valueSchema(items))
  if (minItems !== undefined) built = built.min(minItems)
  if (maxItems !== undefined) built = built.max(maxItems)
  return built
}

function objectSchema(schema: SchemaOf<'object'>): z.ZodType {
  const { properties = {}, required = [], additionalProperties } = schema
  const known = new Map(Object.entries(properties))
  const names = new Set([...known.keys(), ...required])
  const shape = [...names].map((name) => {
    const property = known.get(name)
    const field = property === undefined ? z.unknown() : valueSchema(property)
    return [name, required.includes(name) ? present(field) : field.optional()] as const
  })
  const fields = Object.fromEntries(shape)
  return additionalProperties ? z.looseObject(fields) : z.strictObject(fields)
}

const present = (field: z.ZodType): z.ZodType => field.refine((value) => value !== undefined, 'is missing')

function plainSchema(schema: JsonSchema): z.ZodType {
  switch (schema.type) {
    case 'boolean':
      return z.boolean()
    case 'integer':
    case 'number':
      return numberSchema(schema)
    case 'string':
      return stringSchema(schema)
    case 'array':
      return arraySchema(schema)
    case 'object':
      return objectSchema(schema)
  }
}

/** Values to choose from say more than the type that they have anyway. */
function valueSchema(schema: JsonSchema): z.ZodType {
  const plain = plainSchema(schema)
  if (!('enum' in schema) || schema.enum === undefined) return plain
  const choice: z.ZodType = z.literal(schema.enum)
  return choice.pipe(plain)
}

const faultsOf = (issue: z.core.$ZodIssue): readonly ValueFault[] =>
  issue.code === 'unrecognized_keys'
    ? issue.keys.map((name) => ({ path: [...issue.path, name], reason: 'is not a known field' }))
    : [{ path: issue.path, reason: issue.message }]

/**
 * What is wrong with a value; nothing when it fits.
 * @param value as it came in: what is stored is this, not what a schema makes of it
 */
export function valueFaults(schema: JsonSchema, value: unknown): readonly ValueFault[] {
  const unfit = jsonFault(value)
  if (unfit !== undefined) return [{ path: [], reason: unfit }]
  const parsed = valueSchema(schema).safeParse(value, { error: reasonOf })
  return parsed.success ? [] : parsed.error.issues.flatMap(faultsOf).slice(0, MAX_FAULTS)
}
