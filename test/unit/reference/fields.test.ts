import * as z from 'zod'
import { describe, expect, test } from 'vitest'
import { fieldTable, parameterTable } from '../../../shared/reference/fields.ts'
import { jsonSchema } from '../../../shared/reference/schema.ts'

const textOf = (markup: string | undefined): string =>
  (markup ?? '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .replaceAll('&quot;', '"')

const shown = (schema: z.ZodType) => textOf(fieldTable('Body', jsonSchema(schema, 'input'))?.markup)

describe('the table of fields', () => {
  test('names nested fields by their path, and the entries of a list with []', () => {
    const text = shown(z.object({ a: z.object({ b: z.string() }), list: z.array(z.object({ c: z.int() })) }))
    expect(text).toContain('a.b')
    expect(text).toContain('list[].c')
    expect(text).toContain('list of object')
  })

  test('says which values, bounds and defaults a field has', () => {
    const text = shown(
      z.object({
        kind: z.enum(['x', 'y']),
        size: z.int().min(1).max(9),
        name: z.string().max(5).default('me'),
      }),
    )
    expect(text).toContain('x , y')
    expect(text).toContain('at least 1; at most 9')
    expect(text).toContain('at most 5 characters; "me" when absent')
  })

  test('shows the alternatives of a union', () => {
    expect(shown(z.object({ value: z.union([z.literal('all'), z.number()]) }))).toContain('"all" or number')
  })

  test('marks what may be left out', () => {
    expect(shown(z.object({ note: z.string().optional() }))).toContain('note optional')
  })

  test('is left out for a text and for an operation without parameters', () => {
    expect(fieldTable('Body', { type: 'string' })).toBeUndefined()
    expect(parameterTable([])).toBeUndefined()
  })
})

describe('a schema of the reference', () => {
  const dated = z.object({ at: z.iso.datetime(), count: z.int(), size: z.int().default(3) })

  test('has a format in place of its long pattern, and no bounds of safe integers', () => {
    expect(jsonSchema(dated, 'output').properties).toStrictEqual({
      at: { type: 'string', format: 'date-time' },
      count: { type: 'integer' },
      size: { type: 'integer', default: 3 },
    })
  })

  test('requires a field with a default in answers and not in requests', () => {
    expect(jsonSchema(dated, 'output').required).toContain('size')
    expect(jsonSchema(dated, 'input').required).not.toContain('size')
  })

  test('keeps what tells the alternatives of a union apart', () => {
    const union = z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('a'), x: z.string() }),
      z.strictObject({ kind: z.literal('b') }),
    ])
    const { oneOf, anyOf } = jsonSchema(union, 'input')
    expect((oneOf ?? anyOf)?.map((option) => option.properties?.['kind']?.const)).toStrictEqual(['a', 'b'])
  })

  test('leaves a value of any type open', () => {
    expect(jsonSchema(z.unknown(), 'output')).toStrictEqual({})
  })
})
