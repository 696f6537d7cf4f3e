import { handler as alerts } from '../../functions/alerts/http.ts'
import { handler as audit } from '../../functions/audit/http.ts'
import { handler as changes } from '../../functions/changes/http.ts'
import { handler as config } from '../../functions/config/http.ts'
import { handler as featureFlags } from '../../functions/feature-flags/http.ts'
import { handler as flagEvaluation } from '../../functions/flag-evaluation/http.ts'
import { handler as health } from '../../functions/health/http.ts'
import { handler as heartbeats } from '../../functions/heartbeats/http.ts'
import { handler as maintenance } from '../../functions/maintenance/http.ts'
import { handler as prober } from '../../functions/prober/http.ts'
import { handler as publicConfig } from '../../functions/public-config/http.ts'
import { handler as rateLimits } from '../../functions/rate-limits/http.ts'
import { handler as rateLimitChecks } from '../../functions/rate-limit-checks/http.ts'
import { handler as reference } from '../../functions/reference/http.ts'
import { handler as requests } from '../../functions/requests/http.ts'
import { handler as violations } from '../../functions/violations/http.ts'
import type { HttpResult } from '../../shared/kernel/http/exchange.ts'
import { routeKey, type Capability, type Route } from '../../shared/kernel/route.ts'
import { responses } from '../../shared/reference/responses.ts'
import { httpEvent, type RequestParts } from './http-event.ts'
import { lambdaContext } from './lambda-context.ts'
import { inRole } from './role.ts'

type Parts = Omit<RequestParts, 'routeKey'>

/** The Lambda handlers as they are deployed, by capability; the outbox has no routes. */
const handlers = {
  alerts,
  audit,
  changes,
  config,
  'feature-flags': featureFlags,
  'flag-evaluation': flagEvaluation,
  health,
  heartbeats,
  maintenance,
  prober,
  'public-config': publicConfig,
  'rate-limit-checks': rateLimitChecks,
  'rate-limits': rateLimits,
  reference,
  requests,
  violations,
} as const satisfies Record<Exclude<Capability, 'outbox'>, unknown>

/** What a route answers according to the reference. Making it takes a while, so each route is looked at once. */
const declared = new Map<Route, ReadonlySet<string>>()

function declaredStatuses(route: Route): ReadonlySet<string> {
  const known = declared.get(route) ?? new Set(Object.keys(responses(route)))
  declared.set(route, known)
  return known
}

/**
 * 304 stands for the 200 that it repeats; and of bodies that a route has no use for, the reference says nothing.
 * @throws when the answer has a status that the route does not declare
 */
function requireDeclared(route: Route, { body }: Parts, { statusCode }: HttpResult): void {
  const isSuperfluous = route.body === undefined && body !== undefined
  if (isSuperfluous || statusCode === 304 || declaredStatuses(route).has(String(statusCode))) return
  throw new Error(`${routeKey(route)} answers ${String(statusCode)}, which its contract does not declare.`)
}

/**
 * Sends a request through the real pipeline of the route's capability, with the rights of its function on AWS.
 * @throws when the function touches what its routes do not declare, or answers what the route does not
 */
export async function send(route: Route, parts: Parts): Promise<HttpResult> {
  const { capability } = route
  if (capability === 'outbox') throw new Error('The outbox has no routes.')
  const event = httpEvent({ routeKey: routeKey(route), ...parts })
  const result = await inRole(`${capability}-http`, () => handlers[capability](event, lambdaContext()))
  requireDeclared(route, parts, result)
  return result
}
