import type { Context } from 'aws-lambda'
import { alertsContract, type AlertView } from '../shared/alerts/contract.ts'
import { healthContract } from '../shared/health/contract.ts'
import type { CheckView, HealthView } from '../shared/health/schemas.ts'
import { systemEffects } from '../shared/kernel/effects.ts'
import { http } from '../shared/kernel/http.ts'
import type { HttpDeps, HttpEvent, HttpResult } from '../shared/kernel/http/exchange.ts'
import { routeKey, type Route } from '../shared/kernel/route.ts'
import { claimsOf, httpEvent } from '../test/support/http-event.ts'

/** Timed at a stretch; long enough for the CPU clock, short enough for candidates to alternate often. */
const SLICE_MS = 150
const ROUNDS = 11
const WARM_UP_SLICES = 4
/** Made at once, and alive at once: in Lambda an event is garbage as soon as it is answered. */
const EVENTS_AT_ONCE = 50

type Serve = (event: HttpEvent) => Promise<HttpResult>

/** Reads the CPU clock of the process, in microseconds. */
function cpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

const alert: AlertView = {
  id: '01JM4Q8ZK3T5V7X9B1D3F5H7K9-0123456789abcdef',
  fingerprint: '0123456789abcdef'.repeat(4),
  status: 'acknowledged',
  kind: 'check_unhealthy',
  severity: 'critical',
  component: 'database',
  check: 'database',
  summary: 'Primary database is unhealthy',
  message: 'The connection was refused',
  flapping: false,
  runbook: 'docs/runbook.md#high-database-latency',
  started_at: '2026-02-15T12:00:00.000Z',
  updated_at: '2026-02-15T12:03:00.000Z',
  acknowledged: { at: '2026-02-15T12:03:00.000Z', by: 'ada', note: 'Looking into it' },
  reopened: 0,
  version: 2,
}

const check = (index: number): CheckView => ({
  id: `check-${index}`,
  name: `Check ${index}`,
  component: 'database',
  kind: 'postgres',
  severity: 'critical',
  vantage: 'public',
  status: 'healthy',
  since: '2026-02-14T12:00:00.000Z',
  checked_at: '2026-02-15T12:00:00.000Z',
  latency_ms: 12.34,
  message: 'Connected and answered',
  flapping: false,
  interval_seconds: 60,
  thresholds: { normal_below_ms: 100, degraded_above_ms: 800 },
  measurements: { connections_used: 12, connections_max: 100 },
  runbook: 'docs/runbook.md#high-database-latency',
})

const health: HealthView = {
  status: 'healthy',
  checked_at: '2026-02-15T12:00:00.000Z',
  summary: { healthy: 20, degraded: 0, unhealthy: 0, unknown: 0 },
  checks: Array.from({ length: 20 }, (_, index) => check(index)),
}

const untouched = () => Promise.reject(new Error('The benchmark does not touch the table.'))
const deps: HttpDeps = {
  effects: systemEffects,
  table: { get: untouched, getMany: untouched, query: untouched, commit: untouched },
  limiter: async () => ({}),
  slowRequestMs: 60_000,
}

const context = { getRemainingTimeInMillis: () => 29_000 } as Context
const never = () => Promise.reject(new Error('The benchmark does not call this route.'))

const alertsPipeline = http(
  alertsContract,
  {
    listAlerts: never,
    getAlert: never,
    resolveAlert: never,
    acknowledgeAlert: async () => ({ body: alert, version: alert.version }),
  },
  async () => deps,
)
const healthPipeline = http(
  healthContract,
  {
    getHealth: async () => ({ body: health }),
    getCheckHistory: never,
    getPublicHealth: never,
    getReadiness: never,
    getPublicDetail: never,
    getUptime: never,
    getStatus: never,
  },
  async () => deps,
)

/** What one would write without a framework: the route's schemas for what comes in and goes out, and nothing else. */
const bare =
  (route: Route, body: unknown): Serve =>
  async (event) => {
    route.params?.parse(event.pathParameters ?? {})
    route.query?.parse(event.queryStringParameters ?? {})
    route.body?.parse(event.body === undefined ? undefined : JSON.parse(event.body))
    return {
      statusCode: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(route.response.parse(body)),
    }
  }

/** As `curl` and a browser have API Gateway send it. */
const HEADERS = {
  accept: 'application/json',
  authorization: `Bearer ${'a'.repeat(900)}`,
  'user-agent': 'curl/8.5.0',
  'x-amzn-trace-id': 'Root=1-67b08f00-0123456789abcdef01234567',
  'x-forwarded-for': '192.0.2.1',
  'x-forwarded-port': '443',
  'x-forwarded-proto': 'https',
}
const claims = {
  ...claimsOf('responder', 'filmmaker'),
  iss: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_MidWatch1',
  token_use: 'access',
  exp: '1771160400',
  iat: '1771156800',
}

interface Case {
  readonly route: Route
  /** As the runtime gets it. */
  readonly event: string
  readonly pipeline: Serve
  readonly bare: Serve
}

const eventOf = (route: Route, parts: Partial<Parameters<typeof httpEvent>[0]>): string =>
  JSON.stringify(httpEvent({ routeKey: routeKey(route), headers: HEADERS, claims, ...parts }))

const parsed = (event: string): HttpEvent => JSON.parse(event)

const CASES: readonly Case[] = [
  {
    route: alertsContract.acknowledgeAlert,
    event: eventOf(alertsContract.acknowledgeAlert, {
      params: { alert: alert.id },
      body: JSON.stringify({ note: 'Looking into it' }),
    }),
    pipeline: (event) => alertsPipeline(event, context),
    bare: bare(alertsContract.acknowledgeAlert, alert),
  },
  {
    route: healthContract.getHealth,
    event: eventOf(healthContract.getHealth, { query: { component: 'database' } }),
    pipeline: (event) => healthPipeline(event, context),
    bare: bare(healthContract.getHealth, health),
  },
]

async function serveMany(serve: Serve, events: readonly HttpEvent[]): Promise<void> {
  for (const event of events) {
    const { statusCode } = await serve(event)
    if (statusCode !== 200) throw new Error(`A request was answered with ${statusCode}.`)
  }
}

/** @returns CPU time a request, in microseconds; making the events is not counted */
async function timeSlice(serve: Serve, event: string): Promise<number> {
  let spentUs = 0
  let served = 0
  while (spentUs < SLICE_MS * 1_000) {
    const events = Array.from({ length: EVENTS_AT_ONCE }, () => parsed(event))
    const startedUs = cpuUs()
    await serveMany(serve, events)
    spentUs += cpuUs() - startedUs
    served += events.length
  }
  return spentUs / served
}

/** One round of a route: microseconds a request. */
export interface Round {
  readonly route: string
  readonly pipelineUs: number
  readonly bareUs: number
}

for (let slice = 0; slice < WARM_UP_SLICES; slice += 1) {
  for (const { pipeline, bare: plain, event } of CASES) {
    await timeSlice(plain, event)
    await timeSlice(pipeline, event)
  }
}
const rounds: Round[] = []
for (let round = 0; round < ROUNDS; round += 1) {
  for (const { route, pipeline, bare: plain, event } of CASES) {
    const bareUs = await timeSlice(plain, event)
    const pipelineUs = await timeSlice(pipeline, event)
    rounds.push({ route: routeKey(route), pipelineUs, bareUs })
  }
}
process.send?.(rounds)
