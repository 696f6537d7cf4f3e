import * as z from 'zod'
import { describe, expect, it } from 'vitest'
import { validate } from '../../../shared/kernel/http/validate.ts'
import { route } from '../../../shared/kernel/route.ts'
import { problemOf } from '../../support/problem.ts'

const plain = {
  capability: 'alerts',
  method: 'POST',
  path: '/x/{id}',
  summary: 'A route',
  roles: 'public',
  limit: 'global_default',
  response: z.unknown(),
  errors: [],
  uses: [],
} as const

const full = route({
  ...plain,
  params: z.strictObject({ id: z.string().max(3) }),
  query: z.strictObject({ limit: z.coerce.number().int().max(9).default(5) }),
  body: z.strictObject({
    name: z.string(),
    tags: z.array(z.strictObject({ key: z.string() })).default([]),
  }),
})
const bare = route(plain)

const nothing = { params: {}, query: {}, body: undefined }
const good = { params: { id: 'abc' }, query: {}, body: { name: 'x' } }
const object = (text: string): unknown => JSON.parse(text)
const fieldsOf = (declared: Parameters<typeof validate>[0], input: Parameters<typeof validate>[1]) =>
  problemOf(() => validate(declared, input)).fields

describe('input that is right', () => {
  it('is handed on with its defaults filled in', () => {
    expect(validate(full, good)).toEqual({
      params: { id: 'abc' },
      query: { limit: 5 },
      body: { name: 'x', tags: [] },
    })
  })

  it('may lack everything that a route does not declare', () => {
    expect(validate(bare, nothing)).toEqual({ params: {}, query: {}, body: undefined })
    expect(validate(bare, { ...nothing, body: {} })).toMatchObject({ body: {} })
  })
})

describe('input that is wrong', () => {
  it('has each wrong field named, in every part of the request', () => {
    const wrong = {
      params: { id: 'too long' },
      query: { limit: 'many', page: '1' },
      body: { name: 7, tags: [{ key: 'ok' }, { key: null }], extra: 1, more: 2 },
    }
    const problem = problemOf(() => validate(full, wrong))
    expect(problem.code).toBe('invalid_input')
    expect(problem.fields.map((field) => field.path).sort()).toEqual([
      'body.extra',
      'body.more',
      'body.name',
      'body.tags.1.key',
      'path.id',
      'query.limit',
      'query.page',
    ])
    expect(problem.fields.every((field) => field.reason.length > 5)).toBe(true)
  })

  it('is told which type was expected', () => {
    expect(fieldsOf(full, { ...good, body: { name: 7 } })).toEqual([
      { path: 'body.name', reason: 'must be a string' },
    ])
  })

  it.each([undefined, null, [], 'text', 7, true])('is a body of %j where an object is expected', (body) => {
    expect(fieldsOf(full, { ...good, body })).toMatchObject([{ path: 'body' }])
  })

  it('is a body, a query or a parameter of a route that has none', () => {
    const fields = fieldsOf(bare, { params: { id: 'x' }, query: { a: '1' }, body: { b: 1 } })
    expect(fields).toEqual([
      { path: 'path.id', reason: 'is not a known field' },
      { path: 'query.a', reason: 'is not a known field' },
      { path: 'body.b', reason: 'is not a known field' },
    ])
  })

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'is a field named %s, at any depth and in every part',
    (name) => {
      const reason = 'is not a known field'
      expect(fieldsOf(full, { ...good, body: object(`{"name":"x","${name}":{"admin":true}}`) })).toEqual([
        { path: `body.${name}`, reason },
      ])
      expect(
        fieldsOf(full, { ...good, body: object(`{"name":"x","tags":[{"key":"a","${name}":1}]}`) }),
      ).toEqual([{ path: `body.tags.0.${name}`, reason }])
      expect(fieldsOf(full, { ...good, query: object(`{"${name}":"1"}`) })).toEqual([
        { path: `query.${name}`, reason },
      ])
      expect(fieldsOf(full, { ...good, params: object(`{"id":"abc","${name}":"1"}`) })).toEqual([
        { path: `path.${name}`, reason },
      ])
    },
  )

  it('does not change the prototype of anything', () => {
    const body: unknown = JSON.parse('{"name":"x","__proto__":{"polluted":true}}')
    expect(() => validate(full, { ...good, body })).toThrow('Some fields are wrong')
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('is refused, rather than followed, however deep it is nested', () => {
    const deep: unknown = JSON.parse(`${'['.repeat(30_000)}${']'.repeat(30_000)}`)
    expect(fieldsOf(full, { ...good, body: { name: deep } })).toMatchObject([{ path: 'body.name' }])
    expect(fieldsOf(full, { ...good, body: { name: 'x', tags: deep } })).toMatchObject([
      { path: 'body.tags.0' },
    ])
  })

  it('is answered with no more than 100 fields', () => {
    const body = { name: 'x', tags: Array.from({ length: 5_000 }, () => ({ key: 1 })) }
    expect(fieldsOf(full, { ...good, body })).toHaveLength(100)
  })
})
