import * as z from 'zod'
import type { Schema } from './document.ts'

type Node = z.core.JSONSchema.BaseSchema

/** Drops what zod adds for its own sake: patterns beside a format, the bounds of safe integers. */
function simplify(node: Node, io: 'input' | 'output'): void {
  if (node.format !== undefined) delete node.pattern
  if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum
  if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum
  if (node.propertyNames !== undefined && isAnyString(node.propertyNames)) delete node.propertyNames
  // A later version may answer more fields; a client that refuses them would break.
  if (io === 'output' && node.additionalProperties === false) delete node.additionalProperties
}

const isAnyString = (schema: Node | boolean): boolean =>
  typeof schema === 'object' && Object.keys(schema).join() === 'type'

/** zod's JSON Schema is a superset of what the reference reads of it. */
const asSchema = (schema: object) => schema as Schema

/**
 * A zod schema as JSON Schema.
 * @param io `input` is what a caller sends: a field with a default may be left out. `output` is what it gets.
 */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Schema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema: node }) => simplify(node, io),
  })
  return asSchema(rest)
}
