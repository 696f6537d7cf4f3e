import middy from '@middy/core'
import { Problem } from './errors.ts'
import { encodeReply } from './http/encode.ts'
import {
  exchangeOf,
  type Exchange,
  type HandlersFor,
  type HttpDeps,
  type HttpEvent,
  type HttpResult,
  type Operation,
  type RouteRequest,
} from './http/exchange.ts'
import type { Reply } from './http/reply.ts'
import {
  authorization,
  idempotency,
  limiting,
  opening,
  problems,
  recording,
  validation,
} from './http/middlewares.ts'
import { errorFields, log } from './log.ts'
import { once } from './once.ts'
import { routeKey, type Contract, type Route } from './route.ts'

/** A request that runs into the function's own deadline is answered this long before it. */
const EARLY_MS = 250

/** Handlers were checked against their routes by the compiler; the map holds all of them under one type. */
const asOperation = (handler: unknown) => handler as Operation['handle']
const asRequest = (request: object) => request as RouteRequest<Route>

/** Operations by `routeKey`; HEAD answers wherever GET does. */
function operationsOf(
  contract: Contract,
  handlers: Readonly<Record<string, unknown>>,
): Map<string, Operation> {
  const operations = new Map<string, Operation>()
  for (const [name, declared] of Object.entries(contract)) {
    if (declared.type !== 'route') continue
    const operation = { route: declared, handle: asOperation(handlers[name]) }
    operations.set(routeKey(declared), operation)
    if (declared.method === 'GET') operations.set(`HEAD ${declared.path}`, operation)
  }
  return operations
}

/** The effect has happened by now, and its caller had better hear so. */
const notRemembered = (error: unknown): void => log.error('answer not remembered', errorFields(error))

/** Runs the operation, or repeats the answer that an earlier request with the same Idempotency-Key got. */
async function replyTo(event: HttpEvent, exchange: Exchange): Promise<Reply<unknown>> {
  const { replay, claim, operation, deps } = exchange
  if (replay !== undefined)
    return { ...replay, headers: { ...replay.headers, 'idempotency-replayed': 'true' } }
  let written: Reply<unknown> | undefined
  const request = asRequest({
    ...exchange.input,
    principal: exchange.principal,
    sourceIp: event.requestContext.http.sourceIp,
    requestId: exchange.requestId,
    ifMatch: event.headers['if-match'],
    apiKey: event.headers['x-api-key'],
    receipt: (reply: Reply<unknown>) => {
      written = reply
      return claim === undefined ? [] : [claim.receipt(reply)]
    },
  })
  const reply = await operation.handle(request, deps)
  // Whoever was overtaken has asked for a receipt that was never committed, and may answer without another one.
  if (reply !== written) await claim?.complete(reply).catch(notRemembered)
  return reply
}

/** What was just changed is never "not modified" (RFC 9110, section 13.1.2). */
const mayBeUnchanged = ({ method, revalidates }: Route): boolean => revalidates ?? method === 'GET'

async function serve(event: HttpEvent): Promise<HttpResult> {
  const exchange = exchangeOf(event)
  const reply = await replyTo(event, exchange)
  return encodeReply(exchange.operation.route, reply, {
    requestId: exchange.requestId,
    head: event.requestContext.http.method === 'HEAD',
    ifNoneMatch: mayBeUnchanged(exchange.operation.route) ? event.headers['if-none-match'] : undefined,
    limitHeaders: exchange.limitHeaders,
  })
}

function timeoutEarlyResponse(): never {
  throw new Problem('timeout')
}

/**
 * The Lambda handler of a capability's routes. API Gateway hands over `routeKey`, so finding the operation is a look-up.
 * @param contract the capability's contract
 * @param handlers one for each route of it
 * @param makeDeps run once a container
 */
export function http<C extends Contract, Deps extends HttpDeps>(
  contract: C,
  handlers: HandlersFor<C, Deps>,
  makeDeps: () => Promise<Deps>,
): middy.MiddyfiedHandler<HttpEvent, HttpResult> {
  return middy<HttpEvent, HttpResult>(serve, { timeoutEarlyInMillis: EARLY_MS, timeoutEarlyResponse })
    .use(recording())
    .use(problems())
    .use(opening(operationsOf(contract, handlers), once(makeDeps)))
    .use(authorization())
    .use(limiting())
    .use(validation())
    .use(idempotency())
}
