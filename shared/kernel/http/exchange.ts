import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import type * as z from 'zod'
import type { Principal } from '../auth.ts'
import type { Effects } from '../effects.ts'
import type { ErrorCode } from '../errors.ts'
import type { Route } from '../route.ts'
import type { Table } from '../table/table.ts'
import type { Write } from '../table/types.ts'
import type { Claim } from './idempotency.ts'
import type { Reply } from './reply.ts'

/** A request as an operation sees it: authorized, parsed, typed by its route. */
export interface RouteRequest<R extends Route> {
  readonly params: z.output<NonNullable<R['params']>>
  readonly query: z.output<NonNullable<R['query']>>
  readonly body: z.output<NonNullable<R['body']>>
  readonly principal: Principal
  /** The address that the connection came from. */
  readonly sourceIp: string
  readonly requestId: string
  /** The raw `If-Match` header, for `requireMatch`. */
  readonly ifMatch: string | undefined
  /** The `X-API-Key` header, which says whose public flags a browser means. */
  readonly apiKey: string | undefined
  /**
   * The write that remembers this reply under the caller's Idempotency-Key; none when there is no key. An operation
   * commits it in the same transaction as its effect.
   */
  readonly receipt: (reply: ReplyTo<R>) => readonly Write[]
}

/** Which reply an operation of this route gives. */
export type ReplyTo<R extends Route> = Reply<z.input<R['response']>>

/** An operation: one file in `functions/<capability>/`. */
export type Handler<R extends Route, Deps> = (request: RouteRequest<R>, deps: Deps) => Promise<ReplyTo<R>>

/** A handler for each route that a contract declares; leaving one out does not compile. */
export type HandlersFor<C, Deps> = {
  readonly [Name in keyof C as C[Name] extends Route ? Name : never]: C[Name] extends Route
    ? Handler<C[Name], Deps>
    : never
}

/** Who asks for what, as far as a rate limit cares. */
export interface LimitSubject {
  /** The rule that the route names. */
  readonly rule: string
  readonly route: string
  readonly principal: Principal
  readonly sourceIp: string
}

/**
 * Asked once a request, before the body is looked at.
 * @returns headers that every answer to this request carries
 * @throws a `Problem` when the request is refused
 */
export type RateLimiter = (subject: LimitSubject) => Promise<Readonly<Record<string, string>>>

/** One request as the pipeline records it. */
export interface AccessRecord {
  readonly at: number
  readonly requestId: string
  readonly route: string
  readonly status: number
  readonly durationMs: number
  readonly principal: string
  readonly code?: string
}

/** What the pipeline itself needs; an operation's own dependencies extend it. */
export interface HttpDeps {
  readonly effects: Effects
  readonly table: Table
  readonly limiter: RateLimiter
  /** Requests at least this slow are passed to `recordSlow`. */
  readonly slowRequestMs: number
  readonly recordSlow?: (record: AccessRecord) => Promise<void>
}

/** A route with its handler; the table that `routeKey` is looked up in holds these. */
export interface Operation {
  readonly route: Route
  readonly handle: Handler<Route, HttpDeps>
}

/** State of one request on its way through the middlewares. */
export interface Exchange {
  readonly deps: HttpDeps
  readonly operation: Operation
  readonly requestId: string
  readonly startedAt: number
  readonly startedMs: number
  principal: Principal
  input: { readonly params: unknown; readonly query: unknown; readonly body: unknown }
  claim?: Claim
  /** The answer to an earlier request with the same Idempotency-Key. */
  replay?: Reply<unknown>
  code?: ErrorCode
  /** What the rate limiter has the caller know, whatever the answer is. */
  limitHeaders?: Readonly<Record<string, string>>
}

/** What API Gateway sends, and the exchange that the first middleware hangs onto it. */
export type HttpEvent = APIGatewayProxyEventV2 & {
  readonly requestContext: {
    readonly authorizer?: { readonly jwt?: { readonly claims: Readonly<Record<string, unknown>> } }
  }
  exchange?: Exchange
}
export type HttpResult = APIGatewayProxyStructuredResultV2

/** @throws when no middleware has opened the exchange */
export function exchangeOf(event: HttpEvent): Exchange {
  if (event.exchange === undefined) throw new Error('The exchange is not open.')
  return event.exchange
}
