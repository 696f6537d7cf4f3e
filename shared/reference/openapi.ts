import * as z from 'zod'
import { ERRORS, type ErrorCode } from '../kernel/errors.ts'
import type { Route } from '../kernel/route.ts'

type Json = Record<string, unknown>

/** Codes that any route can answer; `unauthorized` and `forbidden` only where a token is needed. */
const COMMON_ERRORS = [
  'invalid_json',
  'invalid_input',
  'body_too_large',
  'rate_limited',
  'internal',
  'unavailable',
  'timeout',
] as const
const TOKEN_ERRORS = ['unauthorized', 'forbidden'] as const

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

/** A path or query parameter for each property of a schema. */
function parameters(schema: z.ZodObject | undefined, place: 'path' | 'query'): Json[] {
  if (schema === undefined) return []
  const required = new Set(z.toJSONSchema(schema, { io: 'input' }).required ?? [])
  return Object.entries(schema.shape).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.has(name),
    schema: jsonSchema(property, 'input'),
  }))
}

function problemResponses(route: Route): Json {
  const codes = new Set<ErrorCode>([
    ...COMMON_ERRORS,
    ...(route.roles === 'public' ? [] : TOKEN_ERRORS),
    ...route.errors,
  ])
  const byStatus = Map.groupBy(codes, (code) => ERRORS[code].status)
  return Object.fromEntries(
    [...byStatus]
      .sort(([left], [right]) => left - right)
      .map(([status, grouped]) => [
        String(status),
        {
          description: grouped.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join('\n\n'),
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      ]),
  )
}

function requestBody(route: Route): Json {
  if (route.body === undefined) return {}
  const type = route.rawBody ? 'text/plain' : 'application/json'
  const example = route.examples?.body === undefined ? {} : { example: route.examples.body }
  return {
    requestBody: {
      required: !route.rawBody && !route.body.safeParse(undefined).success,
      content: {
        [type]: { schema: route.rawBody ? { type: 'string' } : jsonSchema(route.body, 'input'), ...example },
      },
    },
  }
}

function successResponse(route: Route): Json {
  const example = route.examples?.response === undefined ? {} : { example: route.examples.response }
  return {
    description: 'Done',
    content: {
      [route.contentType ?? 'application/json']: { schema: jsonSchema(route.response, 'output'), ...example },
    },
  }
}

const security = ({ roles, scopes = [] }: Route): Json[] =>
  roles === 'public'
    ? []
    : [{ bearer: [...roles] }, ...(scopes.length === 0 ? [] : [{ machine: [...scopes] }])]

function access({ roles, scopes = [] }: Route): string {
  if (roles === 'public') return 'Public.'
  const machines = scopes.length === 0 ? '' : ` Machines: the scope ${scopes.join(' or ')}.`
  return `Roles: ${roles.join(', ')}.${machines}`
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', minLength: 1, maxLength: 255 },
  description: 'A repeated request with the same key gets the first answer again, for 24 hours.',
}

function operation(name: string, route: Route): Json {
  return {
    operationId: name,
    tags: [route.capability],
    summary: route.summary,
    description: [route.description, access(route), `Rate limit: ${route.limit}.`]
      .filter(Boolean)
      .join('\n\n'),
    parameters: [
      ...parameters(route.params, 'path'),
      ...parameters(route.query, 'query'),
      ...(route.idempotent ? [IDEMPOTENCY_KEY] : []),
    ],
    ...requestBody(route),
    responses: { [String(route.status ?? 200)]: successResponse(route), ...problemResponses(route) },
    security: security(route),
  }
}

const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'requestId'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(ERRORS) },
    requestId: { type: 'string' },
    detail: { type: 'string' },
    fields: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'reason'],
        properties: { path: { type: 'string' }, reason: { type: 'string' } },
      },
    },
  },
}

/**
 * The API as an OpenAPI 3.1 document.
 * @param named routes by the name that their contract gives them
 */
export function openApi(named: readonly (readonly [name: string, route: Route])[], version: string): Json {
  const byPath = Map.groupBy(named, ([, route]) => route.path)
  const paths = [...byPath].map(([path, entries]) => [
    path,
    Object.fromEntries(entries.map(([name, route]) => [route.method.toLowerCase(), operation(name, route)])),
  ])
  return {
    openapi: '3.1.0',
    info: {
      title: 'Midwatch',
      version,
      description: 'An operations control plane for your own AWS account.',
    },
    paths: Object.fromEntries(paths),
    components: {
      schemas: { Problem: PROBLEM_SCHEMA },
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A token of the user pool.',
        },
        machine: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'A client-credentials token.',
        },
      },
    },
  }
}
