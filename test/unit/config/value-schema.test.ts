import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../../shared/kernel/canonical.ts'
import { reasonOf } from '../../../shared/kernel/reasons.ts'
import { JsonSchema } from '../../../shared/config/json-schema.ts'
import { jsonFault } from '../../../shared/config/json-value.ts'
import { valueFaults } from '../../../shared/config/value-schema.ts'

const reasonsOf = (schema: unknown, value: unknown) =>
  valueFaults(JsonSchema.parse(schema), value).map(({ path, reason }) => [path.join('.'), reason])

function faultsOfSchema(schema: unknown): readonly string[] {
  const parsed = JsonSchema.safeParse(schema, { error: reasonOf })
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
}

const shape = {
  type: 'object',
  properties: { size: { type: 'integer' } },
  required: ['size', 'name'],
  additionalProperties: true,
}

describe('a value', () => {
  it.each<[object, unknown, readonly (readonly [string, string])[]]>([
    [{ type: 'boolean' }, true, []],
    [{ type: 'boolean' }, 'true', [['', 'must be a boolean']]],
    [{ type: 'integer' }, 1.5, [['', 'must be a whole number']]],
    [{ type: 'integer', minimum: 1 }, 0, [['', 'must be at least 1']]],
    [{ type: 'integer', maximum: 9 }, 10, [['', 'must be at most 9']]],
    [{ type: 'number', exclusiveMinimum: 0 }, 0, [['', 'must be more than 0']]],
    [{ type: 'number', exclusiveMaximum: 1 }, 1, [['', 'must be less than 1']]],
    [{ type: 'number', multipleOf: 0.01 }, 0.07, []],
    [{ type: 'number', multipleOf: 0.01 }, 0.075, [['', 'must be a multiple of 0.01']]],
    [{ type: 'number', enum: [1, 2] }, 3, [['', 'must be 1 or 2']]],
    [{ type: 'integer', enum: [1, 2], maximum: 1 }, 2, [['', 'must be at most 1']]],
    [{ type: 'string' }, 7, [['', 'must be a string']]],
    [{ type: 'string', minLength: 2 }, 'a', [['', 'must have at least 2 characters']]],
    [{ type: 'string', maxLength: 2 }, 'abc', [['', 'must have at most 2 characters']]],
    [{ type: 'string', enum: ['a', 'b'] }, 'c', [['', 'must be "a" or "b"']]],
    [{ type: 'string', pattern: '^a+$', maxLength: 3 }, 'b', [['', 'must match ^a+$']]],
    [{ type: 'array', items: { type: 'boolean' } }, true, [['', 'must be a list']]],
    [
      { type: 'array', items: { type: 'boolean' }, minItems: 2 },
      [true],
      [['', 'must have at least 2 entries']],
    ],
    [
      { type: 'array', items: { type: 'boolean' }, maxItems: 1 },
      [true, true],
      [['', 'must have at most 1 entries']],
    ],
    [{ type: 'array', items: { type: 'boolean' } }, [true, 1], [['1', 'must be a boolean']]],
    [shape, { size: 1, name: null, more: [] }, []],
    [
      shape,
      { size: 'x' },
      [
        ['size', 'must be a number'],
        ['name', 'is missing'],
      ],
    ],
    [{ ...shape, required: [] }, {}, []],
    [{ type: 'object', additionalProperties: false }, { more: 1 }, [['more', 'is not a known field']]],
    [{ type: 'object', additionalProperties: true }, [], [['', 'must be an object']]],
    [{ type: 'boolean' }, undefined, [['', 'is missing']]],
  ])('of %j that is %j breaks these rules: %j', (schema, value, expected) => {
    expect(reasonsOf(schema, value)).toEqual(expected)
  })

  it('that is wrong in very many places has some of them named', () => {
    const value = Array.from({ length: 100 }, () => 'x')
    expect(reasonsOf({ type: 'array', items: { type: 'boolean' } }, value)).toHaveLength(20)
  })
})

describe('a schema', () => {
  it.each<[unknown, readonly string[]]>([
    [undefined, [' is missing']],
    [null, [' must be boolean, integer, number, string, array or object']],
    [{ type: 'null' }, ['type must be boolean, integer, number, string, array or object']],
    [{ type: ['integer', 'null'] }, ['type must be boolean, integer, number, string, array or object']],
    [{ type: 'integer', minimum: 'x' }, ['minimum must be a number']],
    [{ type: 'string', pattern: '^a$' }, ['maxLength is missing beside a pattern']],
    [{ type: 'string', enum: [] }, ['enum must not be empty']],
    [{ type: 'array' }, ['items must be boolean, integer, number, string, array or object']],
    [{ type: 'object' }, ['additionalProperties is missing']],
    [
      { type: 'object', required: ['constructor'], additionalProperties: true },
      ['required.0 must not be a name that every object has'],
    ],
    [{ type: 'array', items: { type: 'integer', $ref: '#' } }, ['items Unrecognized key: "$ref"']],
  ])('%j is refused: %j', (schema, expected) => {
    expect(faultsOfSchema(schema)).toEqual(expected)
  })

  it('may have so many fields and no more', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 51 }, (_, n) => [`field${n}`, { type: 'boolean' }]),
    )
    expect(faultsOfSchema({ type: 'object', properties, additionalProperties: false })).toEqual([
      'properties must have at most 50 fields',
    ])
  })
})

describe('what can be kept', () => {
  it.each<[string, unknown, string | undefined]>([
    ['an ordinary value', { a: [1, 'x', true, null, { b: -0.5 }] }, undefined],
    ['nothing', undefined, 'is missing'],
    [
      'a number that is not exact',
      [2 ** 53],
      `must not hold a number beyond ±${Number.MAX_SAFE_INTEGER}: it would not be exact`,
    ],
    ['a number that is almost nothing', 1e-200, 'must not hold a number so near to zero'],
    ['a field without a name', { '': 1 }, 'must not hold a field named ""'],
    [
      'a field that means the prototype',
      JSON.parse('[{"__proto__":1}]'),
      'must not hold a field named "__proto__"',
    ],
    [
      'a field that the store trips over',
      { a: [{ constructor: 1 }] },
      'must not hold a field named "constructor"',
    ],
    ['a field that means all objects', { prototype: {} }, 'must not hold a field named "prototype"'],
    ['a long text', 'é'.repeat(4_096), 'must take at most 8192 bytes as JSON'],
  ])('is, or is not, %s', (_what, value, expected) => {
    expect(jsonFault(value)).toBe(expected)
  })

  it('is nothing that is nested deep, however deep', () => {
    let value: unknown = 1
    for (let depth = 0; depth < 10; depth += 1) value = [value]
    expect(jsonFault(value)).toBeUndefined()
    for (let depth = 0; depth < 30_000; depth += 1) value = [value]
    expect(jsonFault(value)).toBe('must not be nested more than 10 deep')
  })

  it('is the same once it was written and read as a store does it, whatever it is', () => {
    const name = fc.constantFrom('constructor', 'prototype', 'toString', 'name')
    const special = fc.dictionary(name, fc.jsonValue({ maxDepth: 1 }))
    const any = fc.oneof(fc.jsonValue({ maxDepth: 6 }), special, fc.array(special, { maxLength: 3 }))
    const kept = fc.property(any, (value) => {
      fc.pre(jsonFault(value) === undefined)
      const read: unknown = unmarshall(marshall({ value }))['value']
      expect(canonicalJson(read)).toBe(canonicalJson(value))
    })
    expect(() => fc.assert(kept, { numRuns: 500 })).not.toThrow()
  })
})

describe('numbers within a range, made at random,', () => {
  it('fit exactly when they are in it', () => {
    const bounds = fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }))
    const held = fc.property(bounds, fc.integer({ min: -100, max: 100 }), ([one, other], value) => {
      const [minimum, maximum] = [Math.min(one, other), Math.max(one, other)]
      const isIn = value >= minimum && value <= maximum
      expect(valueFaults({ type: 'integer', minimum, maximum }, value).length === 0).toBe(isIn)
    })
    expect(() => fc.assert(held)).not.toThrow()
  })
})
