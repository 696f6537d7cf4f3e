import { alertsContract } from './alerts/contract.ts'
import { auditContract } from './audit/contract.ts'
import { changesContract } from './changes/contract.ts'
import { configContract } from './config/contract.ts'
import { featureFlagsContract } from './feature-flags/contract.ts'
import { flagEvaluationContract } from './flag-evaluation/contract.ts'
import { healthContract } from './health/contract.ts'
import { heartbeatsContract } from './heartbeats/contract.ts'
import type { Grant } from './kernel/grants.ts'
import type { Capability, Consumer, Contract, Route, Schedule } from './kernel/route.ts'
import { maintenanceContract } from './maintenance/contract.ts'
import { outboxContract } from './outbox/contract.ts'
import { proberContract } from './prober/contract.ts'
import { publicConfigContract } from './public-config/contract.ts'
import { rateLimitChecksContract } from './rate-limit-checks/contract.ts'
import { rateLimitsContract } from './rate-limits/contract.ts'
import { referenceContract } from './reference/contract.ts'
import { requestsContract } from './requests/contract.ts'
import { violationsContract } from './violations/contract.ts'

/** Every capability's contract. Routes, IAM grants, the local gateway, OpenAPI and the authorization tests derive from it. */
export const manifest = {
  health: healthContract,
  heartbeats: heartbeatsContract,
  alerts: alertsContract,
  requests: requestsContract,
  audit: auditContract,
  reference: referenceContract,
  'feature-flags': featureFlagsContract,
  'flag-evaluation': flagEvaluationContract,
  'rate-limits': rateLimitsContract,
  'rate-limit-checks': rateLimitChecksContract,
  violations: violationsContract,
  config: configContract,
  'public-config': publicConfigContract,
  changes: changesContract,
  maintenance: maintenanceContract,
  prober: proberContract,
  outbox: outboxContract,
} as const satisfies Record<Capability, Contract>

const declarations: readonly (Route | Schedule | Consumer)[] = Object.values(manifest).flatMap((contract) =>
  Object.values<Route | Schedule | Consumer>(contract),
)

export const routes = declarations.filter((declared) => declared.type === 'route')
export const schedules = declarations.filter((declared) => declared.type === 'schedule')
export const consumers = declarations.filter((declared) => declared.type === 'consumer')

/** A Lambda function: the file `functions/<capability>/<entry>.ts`, exporting `handler`. */
export interface FunctionSpec {
  /** `<capability>-<entry>`. */
  readonly name: string
  readonly capability: Capability
  readonly entry: string
  readonly timeoutSeconds: number
  readonly uses: readonly Grant[]
  readonly routes: readonly Route[]
  readonly schedule?: Schedule
  readonly consumer?: Consumer
}

/** API Gateway gives up after 30 s; a function ends before that, so that it is the one to answer. */
const HTTP_TIMEOUT_SECONDS = 29

/** Every pipeline limits its callers, and records denials and slow requests. */
const PIPELINE_USES: readonly Grant[] = [
  'slow-request:write',
  'rate-limit:write',
  'limit-set:read',
  'violation:write',
]

const unique = (grants: readonly Grant[]): readonly Grant[] => [...new Set(grants)].sort()

function httpFunction(capability: Capability, served: readonly Route[]): FunctionSpec[] {
  if (served.length === 0) return []
  return [
    {
      name: `${capability}-http`,
      capability,
      entry: 'http',
      timeoutSeconds: HTTP_TIMEOUT_SECONDS,
      uses: unique([...PIPELINE_USES, ...served.flatMap((route) => route.uses)]),
      routes: served,
    },
  ]
}

const jobFunction = (job: Schedule | Consumer): FunctionSpec => ({
  name: `${job.capability}-${job.name}`,
  capability: job.capability,
  entry: job.name,
  timeoutSeconds: job.timeoutSeconds,
  uses: unique(job.uses),
  routes: [],
  ...(job.type === 'schedule' ? { schedule: job } : { consumer: job }),
})

/** Every function there is: one for a capability's routes, one a schedule, one a consumer. */
export const functions: readonly FunctionSpec[] = [
  ...[...new Set(routes.map((route) => route.capability))].flatMap((capability) =>
    httpFunction(
      capability,
      routes.filter((route) => route.capability === capability),
    ),
  ),
  ...[...schedules, ...consumers].map(jobFunction),
]
