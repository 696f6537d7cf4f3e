import type middy from '@middy/core'
import { ANONYMOUS, authorize, principalOf } from '../auth.ts'
import { Problem } from '../errors.ts'
import { errorFields, log } from '../log.ts'
import { count, flushMetrics } from '../metrics.ts'
import { routeKey } from '../route.ts'
import { accessRecord, rememberIfSlow, writeAccessRecord } from './access-record.ts'
import { bodyText, parseJson } from './decode.ts'
import { encodeProblem } from './encode.ts'
import { exchangeOf, type HttpDeps, type HttpEvent, type HttpResult, type Operation } from './exchange.ts'
import { claimKey } from './idempotency.ts'
import { ofrepProblem } from './ofrep-problem.ts'
import { validate } from './validate.ts'

type Middleware = middy.MiddlewareObj<HttpEvent, HttpResult>

/** Opens the exchange: which operation this is, under which request id, and since when. */
export const opening = (
  operations: ReadonlyMap<string, Operation>,
  deps: () => Promise<HttpDeps>,
): Middleware => ({
  before: async ({ event }) => {
    const ready = await deps()
    const operation = operations.get(event.routeKey)
    if (operation === undefined) throw new Problem('not_found')
    event.exchange = {
      deps: ready,
      operation,
      requestId: event.requestContext.requestId,
      startedAt: ready.effects.now(),
      startedMs: ready.effects.monotonicMs(),
      principal: ANONYMOUS,
      input: { params: undefined, query: undefined, body: undefined },
    }
  },
})

/** Who is it, and may they? The authorizer has verified the token by now. */
export const authorization = (): Middleware => ({
  before: ({ event }) => {
    const exchange = exchangeOf(event)
    const claims = event.requestContext.authorizer?.jwt?.claims
    if (claims !== undefined) exchange.principal = principalOf(claims)
    authorize(exchange.operation.route, exchange.principal)
  },
})

/** Asks the rate limiter about the rule that the route names. */
export const limiting = (): Middleware => ({
  before: async ({ event }) => {
    const exchange = exchangeOf(event)
    const { deps, operation, principal } = exchange
    const { sourceIp } = event.requestContext.http
    const route = routeKey(operation.route)
    exchange.limitHeaders = await deps.limiter({ rule: operation.route.limit, route, principal, sourceIp })
  },
})

/** Parses and checks everything that came in. */
export const validation = (): Middleware => ({
  before: ({ event }) => {
    const exchange = exchangeOf(event)
    const { route } = exchange.operation
    const text = bodyText(event, route)
    exchange.input = validate(route, {
      params: event.pathParameters ?? {},
      query: event.queryStringParameters ?? {},
      body: route.rawBody ? text : parseJson(text),
    })
  },
})

function idempotencyKeyOf(event: HttpEvent): string | undefined {
  const key = event.headers['idempotency-key']
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw new Problem('invalid_input', {
    fields: [{ path: 'headers.idempotency-key', reason: 'must be 1 to 255 printable ASCII characters' }],
  })
}

/** Honours an Idempotency-Key on the routes that declare it. */
export const idempotency = (): Middleware => ({
  before: ({ event }) => {
    const exchange = exchangeOf(event)
    const { deps, operation, principal, input } = exchange
    const key = operation.route.idempotent ? idempotencyKeyOf(event) : undefined
    if (key === undefined) return undefined
    const { params, query, body } = input
    const asked = [params, query, body, event.headers['if-match'] ?? null]
    const request = { route: routeKey(operation.route), input: asked }
    return claimKey(deps.table, deps.effects, principal, key, request).then((taken) => {
      if ('replay' in taken) exchange.replay = taken.replay
      else exchange.claim = taken.claim
    })
  },
  // A claim that could not be released is free again after a minute; the error that brought us here is the one to tell.
  onError: ({ event }) =>
    event.exchange?.claim?.release().catch((error: unknown) => {
      log.warn('idempotency key not released', errorFields(error))
    }),
})

/** An error in the words that the route's callers know. */
function inDialect({ exchange, pathParameters }: HttpEvent, problem: Problem): Problem {
  if (exchange?.operation.route.dialect !== 'ofrep') return problem
  return ofrepProblem(problem, pathParameters?.['key'])
}

/** Turns whatever was thrown into problem+json; what is not a `Problem` is logged and told to nobody. */
export const problems = (): Middleware => ({
  onError: (request) => {
    const { event, error } = request
    const { requestId } = event.requestContext
    const problem = error instanceof Problem ? error : new Problem('internal', { cause: error })
    if (problem.cause !== undefined) log.error('request failed', { requestId, ...errorFields(problem.cause) })
    if (problem.code === 'internal') {
      count('UnhandledErrors')
      flushMetrics()
    }
    if (event.exchange !== undefined) event.exchange.code = problem.code
    request.response = encodeProblem(inDialect(event, problem), requestId, event.exchange?.limitHeaders)
  },
})

function record({ event, response }: middy.Request<HttpEvent, HttpResult>): Promise<void> | undefined {
  const { exchange } = event
  if (exchange === undefined || response === null || response === undefined) return undefined
  const entry = accessRecord(exchange, response, exchange.deps.effects.monotonicMs())
  writeAccessRecord(entry)
  // A store that did not answer the request would not take its record either.
  if (exchange.code === 'unavailable') return undefined
  return rememberIfSlow(exchange.deps, entry, (error) => {
    log.warn('slow request not recorded', errorFields(error))
  })
}

/** Records every request, and remembers the slow ones. */
export const recording = (): Middleware => ({ after: record, onError: record })
