import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { configContract } from '../../../shared/config/contract.ts'
import { featureFlagsContract } from '../../../shared/feature-flags/contract.ts'
import { validate } from '../../../shared/kernel/http/validate.ts'
import { strictRecord } from '../../../shared/kernel/strict-record.ts'
import { problemOf } from '../../support/problem.ts'

const sizes = strictRecord(z.string().regex(/^[a-z]+$/), z.int())
const parsed = (text: string) => sizes.safeParse(JSON.parse(text))

describe('a strict record', () => {
  it('is a record like any other', () => {
    expect(parsed('{"a": 1, "b": 2}')).toMatchObject({ success: true, data: { a: 1, b: 2 } })
    for (const wrong of ['{"a": "x"}', '{"A": 1}', '[]', 'null', '7']) {
      expect(parsed(wrong).success).toBe(false)
    }
  })

  it('refuses a key that records pass over', () => {
    expect(parsed('{"a": 1, "__proto__": 2}').error?.issues).toMatchObject([
      { code: 'unrecognized_keys', keys: ['__proto__'], path: [] },
    ])
  })

  it('is described as the record that it is', () => {
    expect(z.toJSONSchema(sizes, { io: 'input' })).toMatchObject({
      type: 'object',
      additionalProperties: { type: 'integer' },
    })
  })
})

describe('a body that names __proto__ among keys of its own', () => {
  it.each([
    [configContract.putManyConfig, '{"values":{"__proto__":1,"maintenance_mode":false}}', 'body.values'],
    [configContract.putManyConfig, '{"values":{"a":1},"versions":{"__proto__":1}}', 'body.versions'],
    [configContract.validateConfig, '{"values":{"a":1,"__proto__":1}}', 'body.values'],
    [
      featureFlagsContract.createFlag,
      '{"key":"a","variants":{"on":true,"off":false,"__proto__":true}}',
      'body.variants',
    ],
  ])('is refused by %#, with the name', (route, body, path) => {
    const problem = problemOf(() => validate(route, { params: {}, query: {}, body: JSON.parse(body) }))
    expect(problem.fields).toEqual([{ path: `${path}.__proto__`, reason: 'is not a known field' }])
  })
})
