import { describe, expect, test } from 'vitest'
import { ERRORS, statusOf } from '../../shared/kernel/errors.ts'
import type { Operation } from '../../shared/reference/document.ts'
import { openApi } from '../../shared/reference/openapi.ts'
import { namedRoutes } from '../support/named-routes.ts'

const document = openApi(namedRoutes, '1.2.3')
const METHODS = ['get', 'put', 'post', 'delete']

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
)

/** @throws when the document lacks the route */
function operationOf(name: string): Operation {
  const found = operations.find(({ operation }) => operation.operationId === name)
  if (found === undefined) throw new Error(`The document has no operation ${name}.`)
  return found.operation
}

/** Every value of one key, at any depth. */
function valuesOf(key: string, node: unknown): unknown[] {
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([name, value]) => [
    ...(name === key ? [value] : []),
    ...valuesOf(key, value),
  ])
}

describe('the OpenAPI document', () => {
  test('says its version and that of the API', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(document.info.version).toBe('1.2.3')
  })

  test('lists every route of the manifest under its path and method, and nothing else', () => {
    const listed = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort()
    expect(listed).toStrictEqual(namedRoutes.map(([, route]) => `${route.method} ${route.path}`).sort())
  })

  test('gives every operation a name of its own', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(namedRoutes.length)
  })

  test('does not list HEAD, but says that it answers wherever GET does', () => {
    expect(operations.every(({ method }) => METHODS.includes(method))).toBe(true)
    expect(document.info.description).toContain('HEAD answers wherever GET does')
  })

  test('describes every tag that an operation carries, and no other', () => {
    const used = new Set(operations.flatMap(({ operation }) => operation.tags))
    expect(new Set(document.tags.map((tag) => tag.name))).toStrictEqual(used)
  })

  test('points only at components that it holds', () => {
    const targets = valuesOf('$ref', document)
    expect(new Set(targets)).toStrictEqual(new Set(['#/components/schemas/Problem']))
    expect(document.components.schemas['Problem']).toBeDefined()
  })

  test('survives JSON unchanged', () => {
    expect(JSON.parse(JSON.stringify(document))).toStrictEqual(document)
  })

  test('names every error code in the schema of a problem', () => {
    expect(document.components.schemas['Problem']?.properties?.['code']?.enum).toStrictEqual(
      Object.keys(ERRORS),
    )
  })

  test('carries no validator detail that says nothing to a caller', () => {
    expect(valuesOf('minimum', document)).not.toContain(Number.MIN_SAFE_INTEGER)
    expect(valuesOf('maximum', document)).not.toContain(Number.MAX_SAFE_INTEGER)
    expect(valuesOf('$schema', document)).toStrictEqual([])
  })
})

describe.each(namedRoutes)('the operation %s', (name, route) => {
  const operation = operationOf(name)

  test('declares exactly the parameters of its path, all of them required', () => {
    const declared = operation.parameters.filter((parameter) => parameter.in === 'path')
    const named = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
    expect(declared.map((parameter) => parameter.name)).toStrictEqual(named)
    expect(declared.every((parameter) => parameter.required)).toBe(true)
  })

  test('declares every query parameter, none of them required when it may be left out', () => {
    const declared = operation.parameters.filter((parameter) => parameter.in === 'query')
    expect(declared.map((parameter) => parameter.name)).toStrictEqual(Object.keys(route.query?.shape ?? {}))
    const optional = declared.filter((parameter) => !parameter.required).map((parameter) => parameter.name)
    expect(route.query?.safeParse({}).success ?? true).toBe(optional.length === declared.length)
  })

  test('has a body where the route takes one', () => {
    expect(operation.requestBody !== undefined).toBe(route.body !== undefined)
  })

  test('documents every error code of the route under its status', () => {
    const common = ['invalid_input', 'internal', 'rate_limited', 'timeout', 'unavailable'] as const
    for (const code of [...common, ...route.errors]) {
      const response = operation.responses[String(statusOf(code, route.dialect))]
      expect(response?.description).toContain(`\`${code}\``)
      expect(response?.content).toHaveProperty(['application/problem+json'])
    }
  })

  test('admits exactly the declared roles and scopes, each by itself', () => {
    const { roles: declared } = route
    const people = declared === 'signed-in' ? [{ bearer: [] }] : []
    const roles = typeof declared === 'string' ? people : declared.map((role) => ({ bearer: [role] }))
    const scopes = (route.scopes ?? []).map((scope) => ({ machine: [scope] }))
    expect(operation.security).toStrictEqual([...roles, ...scopes])
  })

  test('asks for a token, and for a role, only where one is needed; whoever is blocked is told so everywhere', () => {
    const needed = route.roles !== 'public'
    const codes = operation['x-error-codes']
    expect('401' in operation.responses).toBe(needed || route.errors.includes('unauthorized'))
    const own = codes.filter((code) => code !== 'own_change')
    expect(own.filter((code) => ERRORS[code].status === 403).toSorted()).toEqual(
      needed ? ['blocked', 'forbidden'] : ['blocked'],
    )
  })

  test('has one success, in the content type of the route, with its example', () => {
    const successes = Object.keys(operation.responses).filter((status) => status.startsWith('2'))
    const waiting = route.acceptedStatus === undefined ? [] : [String(route.acceptedStatus)]
    expect(successes).toStrictEqual([String(route.status ?? 200), ...waiting])
    const media =
      operation.responses[String(route.status ?? 200)]?.content[route.contentType ?? 'application/json']
    expect(media?.example).toStrictEqual(route.examples?.response)
  })
})

describe('what differs from route to route', () => {
  test('a failing readiness check answers 503 with the same body, or with a problem', () => {
    const { responses } = operationOf('getReadiness')
    expect(Object.keys(responses['503']?.content ?? {})).toStrictEqual([
      'application/json',
      'application/problem+json',
    ])
    expect(responses['503']?.content['application/json']?.schema).toStrictEqual(
      responses['200']?.content['application/json']?.schema,
    )
  })

  test('a query parameter with a default is optional and says its default', () => {
    const hours = operationOf('getCheckHistory').parameters.find(({ name }) => name === 'hours')
    expect(hours).toMatchObject({ required: false, schema: { type: 'integer', default: 24, maximum: 2160 } })
  })

  test('an acknowledgement may be conditional and repeated, and needs no body', () => {
    const operation = operationOf('acknowledgeAlert')
    const headers = operation.parameters.filter((parameter) => parameter.in === 'header')
    expect(headers.map(({ name }) => name)).toStrictEqual(['If-Match', 'Idempotency-Key'])
    expect(operation.requestBody?.required).toBe(false)
  })

  test('a batch of slow requests needs its body', () => {
    expect(operationOf('reportSlowRequests').requestBody?.required).toBe(true)
  })

  test('a ping takes any text', () => {
    expect(operationOf('postPing').requestBody).toMatchObject({
      required: false,
      content: { 'text/plain': { schema: { type: 'string' } } },
    })
  })

  test('unknown fields are refused on the way in; answers may grow', () => {
    const body = operationOf('reportSlowRequests').requestBody?.content['application/json']?.schema
    const answer = operationOf('getHealth').responses['200']?.content['application/json']?.schema
    expect(body?.additionalProperties).toBe(false)
    expect(answer?.additionalProperties).toBeUndefined()
  })

  test('a limited or still running request says when to come back', () => {
    const { responses } = operationOf('acknowledgeAlert')
    expect(responses['429']?.headers).toHaveProperty('Retry-After')
    expect(responses['409']?.headers).toHaveProperty('Retry-After')
    expect(responses['404']?.headers).toBeUndefined()
  })
})
