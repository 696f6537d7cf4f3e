import { handler as alerts } from '../../functions/alerts/http.ts'
import { handler as audit } from '../../functions/audit/http.ts'
import { handler as health } from '../../functions/health/http.ts'
import { handler as heartbeats } from '../../functions/heartbeats/http.ts'
import { handler as prober } from '../../functions/prober/http.ts'
import { handler as rateLimits } from '../../functions/rate-limits/http.ts'
import { handler as rateLimitChecks } from '../../functions/rate-limit-checks/http.ts'
import { handler as reference } from '../../functions/reference/http.ts'
import { handler as requests } from '../../functions/requests/http.ts'
import { handler as violations } from '../../functions/violations/http.ts'
import type { HttpResult } from '../../shared/kernel/http/exchange.ts'
import { routeKey, type Capability, type Route } from '../../shared/kernel/route.ts'
import { httpEvent, type RequestParts } from './http-event.ts'
import { lambdaContext } from './lambda-context.ts'

/** The Lambda handlers as they are deployed, by capability; the outbox has no routes. */
const handlers = {
  alerts,
  audit,
  health,
  heartbeats,
  prober,
  'rate-limit-checks': rateLimitChecks,
  'rate-limits': rateLimits,
  reference,
  requests,
  violations,
} as const satisfies Record<Exclude<Capability, 'outbox'>, unknown>

/** Sends a request through the real pipeline of the route's capability. */
export async function send(route: Route, parts: Omit<RequestParts, 'routeKey'>): Promise<HttpResult> {
  const { capability } = route
  if (capability === 'outbox') throw new Error('The outbox has no routes.')
  return handlers[capability](httpEvent({ routeKey: routeKey(route), ...parts }), lambdaContext())
}

const PARAMS: Readonly<Record<string, string>> = {
  alert: '01ARYZ6S410000000000000000-0123456789abcdef',
  block: '01ARYZ6S410000000000000000',
  check: 'database',
  key: '8b1f4ad5-9a3f-8e0c-b2f3-0a1b2c3d4e5f',
  override: 'global_default-0123456789abcdef',
  rule: 'global_default',
  signal: 'start',
}

/** Values for a route's path parameters that are well formed. */
export const paramsOf = ({ path }: Route): Record<string, string> =>
  Object.fromEntries(
    [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
      const value = PARAMS[name]
      if (value === undefined) throw new Error(`Add a value for {${name}}.`)
      return [name, value]
    }),
  )

/** What a route cannot do without in its query. */
export const goodQuery = (route: Route): Readonly<Record<string, string>> =>
  routeKey(route) === 'GET /api/v1/ops/rate-limits/status' ? { identifier: 'ada' } : {}

/** A body that a route accepts: its example, or a report whose requests have just been. */
export function goodBody(route: Route): string | undefined {
  const example = route.examples?.body
  if (routeKey(route) !== 'POST /api/v1/ops/slow-requests') {
    return example === undefined ? undefined : JSON.stringify(example)
  }
  const request = {
    at: new Date().toISOString(),
    service: 'web',
    route: 'GET /',
    duration_ms: 1_500,
    status: 200,
  }
  return JSON.stringify({ requests: [request] })
}
