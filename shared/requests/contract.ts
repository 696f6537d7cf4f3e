import * as z from 'zod'
import { ADMINS, route, VIEWERS } from '../kernel/route.ts'
import { requestExamples } from './examples.ts'

/** A request that took long, of Midwatch's own routes or of another service. */
const SlowRequest = z.object({
  at: z.iso.datetime(),
  service: z.string(),
  route: z.string(),
  duration_ms: z.number(),
  status: z.int(),
  request_id: z.string().optional(),
})

const ReportedRequest = z.strictObject({
  at: z.iso.datetime(),
  service: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens'),
  route: z.string().min(1).max(200),
  duration_ms: z.number().min(0).max(3_600_000),
  status: z.int().min(100).max(599),
  request_id: z.string().min(1).max(100).optional(),
})
export type ReportedRequest = z.output<typeof ReportedRequest>

export const requestsContract = {
  listSlowRequests: route({
    capability: 'requests',
    method: 'GET',
    path: '/api/v1/ops/slow-requests',
    summary: 'Slow requests, newest first',
    examples: requestExamples.listSlowRequests,
    roles: VIEWERS,
    scopes: ['midwatch/read'],
    limit: 'global_default',
    query: z.strictObject({
      hours: z.coerce.number().int().min(1).max(168).default(24).describe('How far to look back'),
      min_ms: z.coerce.number().min(0).default(0).describe('Only requests that took at least this long'),
      service: z.string().max(63).optional().describe('Only requests of this service'),
      limit: z.coerce.number().int().min(1).max(200).default(50).describe('Requests a page'),
      cursor: z.string().max(2000).optional().describe('`next_cursor` of the page before'),
    }),
    response: z.object({ requests: z.array(SlowRequest), next_cursor: z.string().optional() }),
    errors: ['invalid_cursor'],
    uses: ['slow-request:read', 'key:read', 'key:write'],
  }),
  reportSlowRequests: route({
    capability: 'requests',
    method: 'POST',
    path: '/api/v1/ops/slow-requests',
    summary: 'Report slow requests of another service, up to 50 at once',
    examples: requestExamples.reportSlowRequests,
    roles: ADMINS,
    scopes: ['midwatch/report'],
    limit: 'global_default',
    body: z.strictObject({ requests: z.array(ReportedRequest).min(1).max(50) }),
    response: z.object({ accepted: z.int() }),
    status: 202,
    idempotent: true,
    errors: ['request_in_flight', 'key_reused'],
    uses: ['slow-request:write', 'idempotency:read', 'idempotency:write'],
  }),
} as const
