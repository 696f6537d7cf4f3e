import type * as z from 'zod'
import type { Route } from '../kernel/route.ts'
import type { Parameter } from './document.ts'
import { jsonSchema } from './schema.ts'

const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'A repeated request with the same key gets the first answer again, for 24 hours',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
}

const IF_MATCH: Parameter = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'The ETag that was read last; a newer version is then not overwritten',
  schema: { type: 'string' },
}

/** A parameter for each property of a schema. */
function parametersOf(
  schema: z.ZodObject | undefined,
  place: 'path' | 'query',
  examples: Readonly<Record<string, unknown>> = {},
): Parameter[] {
  if (schema === undefined) return []
  const { properties = {}, required = [] } = jsonSchema(schema, 'input')
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: property,
    ...(examples[name] === undefined ? {} : { example: examples[name] }),
  }))
}

/** Everything beside the body that a caller may send to a route. */
export const parameters = (route: Route): Parameter[] => [
  ...parametersOf(route.params, 'path', route.examples?.params),
  ...parametersOf(route.query, 'query', route.examples?.query),
  ...(route.errors.includes('stale_version') ? [IF_MATCH] : []),
  ...(route.idempotent ? [IDEMPOTENCY_KEY] : []),
]
