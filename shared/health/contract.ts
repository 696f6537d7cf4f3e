import * as z from 'zod'
import { route, VIEWERS } from '../kernel/route.ts'
import { healthExamples } from './examples.ts'
import { Slug } from './check.ts'
import { HealthJson, HealthView, HistoryView, PublicDetail, RESOLUTIONS, Status } from './schemas.ts'

const PUBLIC_LIMIT = 'public_endpoints'

const StatusWord = z.enum(['operational', 'degraded', 'outage', 'unknown'])

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
      status: StatusWord,
      services: z.record(z.string(), StatusWord),
      /** How long Midwatch took to answer. */
      response_time_ms: z.number(),
      version: z.string(),
    }),
    errors: [],
    uses: ['check:read'],
  }),
  getStatus: route({
    capability: 'health',
    method: 'GET',
    path: '/api/v1/status',
    summary: 'The overall status in one word, strictly limited by address',
    examples: healthExamples.getStatus,
    roles: 'public',
    limit: 'auth_endpoints',
    response: z.object({ status: StatusWord, version: z.string() }),
    errors: [],
    uses: ['check:read'],
  }),
} as const
