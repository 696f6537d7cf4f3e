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
import { httpEvent, type RequestParts } from './http-event.ts'
import { lambdaContext } from './lambda-context.ts'

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

/** Sends a request through the real pipeline of the route's capability. */
export async function send(route: Route, parts: Omit<RequestParts, 'routeKey'>): Promise<HttpResult> {
  const { capability } = route
  if (capability === 'outbox') throw new Error('The outbox has no routes.')
  return handlers[capability](httpEvent({ routeKey: routeKey(route), ...parts }), lambdaContext())
}
