import type * as z from 'zod'
import type { ErrorCode } from './errors.ts'
import type { Entity, Grant } from './grants.ts'

/** Roles of the ops API, taken from the `cognito:groups` claim. Other groups are the platform's own. */
export const ROLES = ['superadmin', 'admin', 'responder', 'viewer'] as const
export type Role = (typeof ROLES)[number]

/** Who may look, who may act in an emergency, who may change the set-up. */
export const VIEWERS = ROLES
export const RESPONDERS = ['superadmin', 'admin', 'responder'] as const satisfies readonly Role[]
export const ADMINS = ['superadmin', 'admin'] as const satisfies readonly Role[]

/** Scopes of machine clients (Cognito client credentials). */
export const SCOPES = [
  'midwatch/read',
  'midwatch/write',
  'midwatch/configure',
  'midwatch/report',
  'midwatch/limit',
  'midwatch/evaluate',
] as const
export type Scope = (typeof SCOPES)[number]

/** The capabilities: each is one folder under `functions/`, with a file for each of its functions. */
export type Capability =
  | 'health'
  | 'heartbeats'
  | 'alerts'
  | 'requests'
  | 'audit'
  | 'reference'
  | 'prober'
  | 'violations'
  | 'rate-limit-checks'
  | 'rate-limits'
  | 'feature-flags'
  | 'flag-evaluation'
  | 'config'
  | 'public-config'
  | 'maintenance'
  | 'changes'
  | 'outbox'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** One realistic request and its answer, for the reference. Values, never a host name or a secret. */
export interface RouteExamples {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly response?: unknown
}

type Params = z.ZodObject
type Query = z.ZodObject

/** An HTTP route: who may call it, what goes in and out, and what it touches. Everything else is derived from this. */
export interface Route<
  P extends Params = Params,
  Q extends Query = Query,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  readonly type: 'route'
  readonly capability: Capability
  readonly method: Method
  /** With `{name}` for path parameters, as API Gateway writes them. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  /**
   * `public` needs no token; `signed-in` is any person with one, whatever the groups. Otherwise one of these roles. A machine
   * needs one of `scopes`.
   */
  readonly roles: readonly Role[] | 'signed-in' | 'public'
  readonly scopes?: readonly Scope[]
  /** The rate-limit rule that a request counts against. */
  readonly limit: string
  readonly params?: P
  readonly query?: Q
  readonly body?: B
  /** The body is taken as text, not as JSON. */
  readonly rawBody?: true
  /** Largest accepted body, in bytes. */
  readonly maxBodyBytes?: number
  readonly response: R
  /** Status of a success; 200 when absent. */
  readonly status?: number
  /** A status beside it that carries the same body, e.g. 503 of a readiness check. */
  readonly failureStatus?: number
  /** A status beside it that carries the same body: what was asked for waits, e.g. for a second person. */
  readonly acceptedStatus?: 202
  /** `application/json` when absent. A text type sends the response string as it is. */
  readonly contentType?: string
  /** Codes beside those every route can answer. */
  readonly errors: readonly ErrorCode[]
  /**
   * Whether If-None-Match is honoured; on a GET when absent. Also on a POST that changes nothing, and not on a GET whose
   * answer holds more than its version stands for.
   */
  readonly revalidates?: boolean
  /** Another protocol's words beside our own in errors: those of the OpenFeature Remote Evaluation Protocol. */
  readonly dialect?: 'ofrep'
  /** Whether an Idempotency-Key header is honoured. */
  readonly idempotent?: true
  readonly uses: readonly Grant[]
  readonly examples?: RouteExamples
}

/** Declares a route. Leaving out `roles`, or a handler for it, does not compile. */
export const route = <
  P extends Params = z.ZodObject<Record<string, never>>,
  Q extends Query = z.ZodObject<Record<string, never>>,
  B extends z.ZodType = z.ZodUndefined,
  R extends z.ZodType = z.ZodType,
>(
  declaration: Omit<Route<P, Q, B, R>, 'type'>,
): Route<P, Q, B, R> => ({ type: 'route', ...declaration })

/** What a schedule's function is given. */
export interface ScheduleEvent {
  readonly schedule: string
  /** When the invocation was due, ISO 8601. A retry carries the same moment. */
  readonly scheduledAt: string
}

/** A function invoked by the clock. */
export interface Schedule {
  readonly type: 'schedule'
  readonly capability: Capability
  /** Names the function's file, `functions/<capability>/<name>.ts`. */
  readonly name: string
  readonly summary: string
  readonly every: 'minute' | 'hour'
  /** Whether a second instance may run inside a private network. */
  readonly inVpcToo?: true
  readonly timeoutSeconds: number
  readonly uses: readonly Grant[]
}

/** Declares a schedule. */
export const schedule = (declaration: Omit<Schedule, 'type'>): Schedule => ({
  type: 'schedule',
  ...declaration,
})

/** A function fed by the table's stream or by a queue. Failed records are retried alone (partial batch response). */
export interface Consumer {
  readonly type: 'consumer'
  readonly capability: Capability
  /** Names the function's file, `functions/<capability>/<name>.ts`. */
  readonly name: string
  readonly summary: string
  /** `stream`: inserted rows of one entity. `queue`: messages of the named queue. */
  readonly source: { readonly stream: Entity } | { readonly queue: string }
  readonly batchSize: number
  readonly timeoutSeconds: number
  readonly uses: readonly Grant[]
}

/** Declares a consumer. */
export const consumer = (declaration: Omit<Consumer, 'type'>): Consumer => ({
  type: 'consumer',
  ...declaration,
})

/** Everything a capability declares, by name. */
export type Contract = Readonly<Record<string, Route | Schedule | Consumer>>

/** `GET /health`, as API Gateway names a route in `routeKey`. */
export const routeKey = (declared: Pick<Route, 'method' | 'path'>): string =>
  `${declared.method} ${declared.path}`
