import * as z from 'zod'
import { route, VIEWERS } from '../kernel/route.ts'
import { healthExamples } from './examples.ts'
import { Severity, Slug, Vantage } from './check.ts'
import { STATUSES } from './status.ts'

export const Status = z.enum(STATUSES)

const Thresholds = z.object({ normal_below_ms: z.number(), degraded_above_ms: z.number() })

/** One check as the ops API shows it. */
export const CheckView = z.object({
  id: Slug,
  name: z.string(),
  component: Slug,
  kind: z.string(),
  severity: Severity,
  vantage: Vantage,
  status: Status,
  /** Since when it has this status; absent before the first result. */
  since: z.iso.datetime().optional(),
  checked_at: z.iso.datetime().optional(),
  latency_ms: z.number().optional(),
  message: z.string(),
  flapping: z.boolean(),
  interval_seconds: z.int(),
  thresholds: Thresholds.optional(),
  measurements: z.record(z.string(), z.number()).optional(),
  runbook: z.string(),
  /** Where a watched job reports; heartbeat checks only. */
  ping_path: z.string().optional(),
})
export type CheckView = z.input<typeof CheckView>

/** Overall status and each check. */
export const HealthView = z.object({
  status: Status,
  /** When the newest result came in. */
  checked_at: z.iso.datetime().optional(),
  summary: z.record(Status, z.int()),
  checks: z.array(CheckView),
})
export type HealthView = z.input<typeof HealthView>

const RESOLUTIONS = ['raw', 'hourly', 'daily'] as const

const HistoryPoint = z.object({
  at: z.iso.datetime(),
  status: Status.optional(),
  latency_ms: z.number().optional(),
  message: z.string().optional(),
  samples: z.int().optional(),
  failed: z.int().optional(),
  slow: z.int().optional(),
  uptime_percent: z.number().optional(),
  p50_ms: z.number().optional(),
  p95_ms: z.number().optional(),
  p99_ms: z.number().optional(),
})

export const HistoryView = z.object({
  check: Slug,
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  resolution: z.enum(RESOLUTIONS),
  /** Oldest first. */
  points: z.array(HistoryPoint),
  /** Asks for the next page; absent on the last. */
  next_cursor: z.string().optional(),
})
export type HistoryView = z.input<typeof HistoryView>

/** The `application/health+json` form (draft-inadarei-api-health-check-06). */
const HealthJson = z.object({
  status: z.enum(['pass', 'warn', 'fail']),
  version: z.string(),
  serviceId: z.string(),
  description: z.string(),
  output: z.string().optional(),
  checks: z.record(
    z.string(),
    z.array(
      z.object({
        componentId: z.string(),
        componentType: z.string(),
        observedValue: z.number().optional(),
        observedUnit: z.string().optional(),
        status: z.enum(['pass', 'warn', 'fail']),
        time: z.iso.datetime().optional(),
      }),
    ),
  ),
})

const PublicDetail = z.object({
  status: Status,
  version: z.string(),
  checked_at: z.iso.datetime().optional(),
  components: z.array(
    z.object({
      id: Slug,
      name: z.string(),
      status: Status,
      latency_ms: z.number().optional(),
      since: z.iso.datetime().optional(),
    }),
  ),
})

const PUBLIC_LIMIT = 'auth_endpoints'

export const healthContract = {
  getHealth: route({
    capability: 'health',
    method: 'GET',
    path: '/api/v1/ops/health',
    summary: 'Overall health and every check',
    examples: healthExamples.getHealth,
    roles: VIEWERS,
    scopes: ['midwatch/read'],
    limit: 'global_default',
    query: z.strictObject({
      status: Status.optional().describe('Only checks with this status'),
      component: Slug.optional().describe('Only checks of this component'),
    }),
    response: HealthView,
    errors: [],
    uses: ['check:read', 'key:read', 'key:write'],
  }),
  getCheckHistory: route({
    capability: 'health',
    method: 'GET',
    path: '/api/v1/ops/health/checks/{check}/history',
    summary: 'Results of a check: raw for 48 hours, hourly and daily roll-ups for 90 days',
    examples: healthExamples.getCheckHistory,
    roles: VIEWERS,
    scopes: ['midwatch/read'],
    limit: 'global_default',
    params: z.strictObject({ check: Slug }),
    query: z.strictObject({
      hours: z.coerce.number().int().min(1).max(2160).default(24).describe('How far to look back'),
      resolution: z
        .enum(RESOLUTIONS)
        .optional()
        .describe('When absent: raw up to 48 hours, hourly up to 14 days, daily beyond'),
      limit: z.coerce.number().int().min(1).max(1000).default(500).describe('Points a page'),
      cursor: z.string().max(2000).optional().describe('`next_cursor` of the page before'),
    }),
    response: HistoryView,
    errors: ['unknown_check', 'invalid_cursor'],
    uses: ['result:read', 'rollup:read', 'key:read', 'key:write'],
  }),
  getPublicHealth: route({
    capability: 'health',
    method: 'GET',
    path: '/health',
    summary: 'Health for load balancers and monitors, application/health+json',
    examples: healthExamples.getPublicHealth,
    roles: 'public',
    limit: PUBLIC_LIMIT,
    contentType: 'application/health+json',
    response: HealthJson,
    failureStatus: 503,
    errors: [],
    uses: ['check:read'],
  }),
  getReadiness: route({
    capability: 'health',
    method: 'GET',
    path: '/health/ready',
    summary: 'Whether the platform can serve; 503 when it cannot',
    examples: healthExamples.getReadiness,
    roles: 'public',
    limit: PUBLIC_LIMIT,
    response: z.object({ status: z.enum(['ready', 'not_ready']), checks: z.record(z.string(), z.string()) }),
    failureStatus: 503,
    errors: [],
    uses: ['check:read', 'prober:read'],
  }),
  getPublicDetail: route({
    capability: 'health',
    method: 'GET',
    path: '/health/detailed',
    summary: 'Status of each component',
    examples: healthExamples.getPublicDetail,
    roles: 'public',
    limit: PUBLIC_LIMIT,
    response: PublicDetail,
    errors: [],
    uses: ['check:read'],
  }),
  getUptime: route({
    capability: 'health',
    method: 'GET',
    path: '/ops/uptime',
    summary: 'One word a service, for people in a hurry',
    examples: healthExamples.getUptime,
    roles: 'public',
    limit: PUBLIC_LIMIT,
    response: z.object({
      status: z.enum(['operational', 'degraded', 'outage', 'unknown']),
      services: z.record(z.string(), z.enum(['operational', 'degraded', 'outage', 'unknown'])),
      /** How long Midwatch took to answer. */
      response_time_ms: z.number(),
      version: z.string(),
    }),
    errors: [],
    uses: ['check:read'],
  }),
} as const
