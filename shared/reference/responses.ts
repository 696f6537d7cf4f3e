import { ERRORS, statusOf, type ErrorCode } from '../kernel/errors.ts'
import type { Route } from '../kernel/route.ts'
import type { Media, Response } from './document.ts'
import { jsonSchema } from './schema.ts'

const COMMON_ERRORS = [
  'invalid_input',
  'blocked',
  'rate_limited',
  'internal',
  'unavailable',
  'timeout',
] as const
const TOKEN_ERRORS = ['unauthorized', 'forbidden'] as const

/** Codes whose answer says when to come back. */
const RETRY_AFTER: ReadonlySet<ErrorCode> = new Set(['blocked', 'rate_limited', 'request_in_flight'])

/** What every answered problem holds. */
export const PROBLEM_SCHEMA = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri-reference', description: 'Where the code is explained' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(ERRORS) },
    requestId: { type: 'string', description: 'What to quote to support' },
    detail: { type: 'string', description: 'What is special about this occurrence' },
    fields: {
      type: 'array',
      description: 'Each wrong field and the rule it breaks',
      items: {
        type: 'object',
        required: ['path', 'reason'],
        properties: { path: { type: 'string' }, reason: { type: 'string' } },
      },
    },
  },
}

/** The codes that a route may answer with, by status. */
export function errorCodes(route: Route): readonly ErrorCode[] {
  const codes: readonly ErrorCode[] = [
    ...COMMON_ERRORS,
    ...(route.roles === 'public' ? [] : TOKEN_ERRORS),
    ...(route.body === undefined ? [] : ['body_too_large' as const]),
    ...(route.body === undefined || route.rawBody ? [] : ['invalid_json' as const]),
    ...route.errors,
  ]
  return [...new Set(codes)].sort((left, right) => ERRORS[left].status - ERRORS[right].status)
}

function problemResponse(codes: readonly ErrorCode[]): Response {
  const retryAfter = { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } }
  return {
    description: codes.map((code) => `\`${code}\`: ${ERRORS[code].title}`).join('\n\n'),
    ...(codes.some((code) => RETRY_AFTER.has(code)) ? { headers: retryAfter } : {}),
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  }
}

function answer(route: Route): Record<string, Media> {
  const { response } = route.examples ?? {}
  const media = {
    schema: jsonSchema(route.response, 'output'),
    ...(response === undefined ? {} : { example: response }),
  }
  return { [route.contentType ?? 'application/json']: media }
}

/** Every answer of a route by its status. */
export function responses(route: Route): Record<string, Response> {
  const byStatus = Map.groupBy(errorCodes(route), (code) => statusOf(code, route.dialect))
  const problems = [...byStatus].map(([status, codes]) => [String(status), problemResponse(codes)] as const)
  const all = Object.fromEntries(problems)
  const { acceptedStatus, failureStatus, status = 200 } = route
  if (acceptedStatus !== undefined) {
    all[acceptedStatus] = { description: 'It waits.', content: withoutExample(answer(route)) }
  }
  if (failureStatus !== undefined) {
    const problem = all[failureStatus]
    all[failureStatus] = {
      description: ['The answer is a bad one.', problem?.description].filter(Boolean).join('\n\n'),
      content: { ...withoutExample(answer(route)), ...problem?.content },
    }
  }
  return { ...all, [String(status)]: { description: 'Done.', content: answer(route) } }
}

const withoutExample = (content: Record<string, Media>): Record<string, Media> =>
  Object.fromEntries(Object.entries(content).map(([type, { schema }]) => [type, { schema }]))
