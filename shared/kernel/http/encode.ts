import { etagOf, isUnchanged } from '../etag.ts'
import { problemDocument, type Problem } from '../errors.ts'
import type { Route } from '../route.ts'
import type { HttpResult } from './exchange.ts'
import type { Reply } from './reply.ts'

/** Headers of every answer: nothing here is for caches or for other sites to frame. */
const COMMON_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }

/** What is asked of the encoder beside the reply itself. */
interface EncodeContext {
  readonly requestId: string
  /** HEAD is answered like GET, without the body. */
  readonly head: boolean
  readonly ifNoneMatch: string | undefined
  /** What the rate limiter has the caller know. */
  readonly limitHeaders?: Readonly<Record<string, string>> | undefined
}

/**
 * Sends a reply through the route's response schema, so that no undeclared field leaves.
 * @throws a zod error when the operation answered something else than it declared
 */
export function encodeReply(route: Route, reply: Reply<unknown>, context: EncodeContext): HttpResult {
  const value: unknown = route.response.parse(reply.body)
  const etag = reply.version === undefined ? undefined : etagOf(reply.version)
  const headers: Record<string, string> = {
    ...COMMON_HEADERS,
    'content-type': route.contentType ?? 'application/json',
    'x-request-id': context.requestId,
    ...(etag === undefined ? {} : { etag }),
    ...context.limitHeaders,
    ...reply.headers,
  }
  if (etag !== undefined && isUnchanged(context.ifNoneMatch, etag)) return { statusCode: 304, headers }
  const body = typeof value === 'string' ? value : JSON.stringify(value)
  return { statusCode: reply.status ?? route.status ?? 200, headers, ...(context.head ? {} : { body }) }
}

/** Sends an error as `application/problem+json`. */
export function encodeProblem(
  problem: Problem,
  requestId: string,
  limitHeaders: Readonly<Record<string, string>> = {},
): HttpResult {
  return {
    statusCode: problem.status,
    headers: {
      ...COMMON_HEADERS,
      'content-type': 'application/problem+json',
      'x-request-id': requestId,
      ...limitHeaders,
      ...problem.headers,
    },
    body: JSON.stringify(problemDocument(problem, requestId)),
  }
}
