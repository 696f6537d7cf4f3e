import type middy from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import { encodeProblem } from '../kernel/http/encode.ts'
import type { LimitRequest } from './decision.ts'
import { denialOf } from './denial.ts'
import { limitHeaders, type LimitHeaders } from './headers.ts'
import type { Limiter } from './limiter.ts'

type Event = APIGatewayProxyEventV2
type Result = APIGatewayProxyStructuredResultV2

/** Who is asking, as a rule counts it: at least an identifier or one of the identities. */
export type Caller = Pick<LimitRequest, 'identifier' | 'identities' | 'roles' | 'cost'>

export interface RateLimitOptions<E extends Event> {
  readonly limiter: Limiter
  /** The rule's name. */
  readonly rule: string
  /** Reads the caller out of the event. May throw; the request is then refused by whatever it throws. */
  readonly identify: (event: E) => Caller
  /** Adds the `X-RateLimit-…` headers. */
  readonly legacyHeaders?: boolean
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/**
 * Limits any Lambda behind an HTTP API, directly against the table. A denied request is answered with 429 (403 for a
 * blocked caller, 503 when a rule that fails closed cannot be counted) before the handler runs; every other answer carries
 * the `RateLimit` headers.
 */
export function rateLimit<E extends Event = Event>(
  options: RateLimitOptions<E>,
): middy.MiddlewareObj<E, Result> {
  const { limiter, rule, identify, legacyHeaders = false, now } = options
  const sent = new WeakMap<E, LimitHeaders>()

  return {
    before: async (request) => {
      const { event } = request
      const decision = await limiter.decide({ ...identify(event), rule })
      const headers = limitHeaders([decision], { legacy: legacyHeaders, now: now() })
      sent.set(event, headers)
      if (decision.allowed) return undefined
      return encodeProblem(denialOf(decision, headers), event.requestContext.requestId)
    },
    after: ({ event, response }) => {
      if (response) response.headers = { ...sent.get(event), ...response.headers }
    },
  }
}
