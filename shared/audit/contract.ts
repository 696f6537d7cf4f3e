import * as z from 'zod'
import { ADMINS, route, schedule } from '../kernel/route.ts'

const AuditEventView = z.object({
  entity: z.string(),
  seq: z.int(),
  at: z.iso.datetime(),
  actor: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
  action: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  reason: z.string().optional(),
  requestId: z.string().optional(),
  prevHash: z.string(),
  hash: z.string(),
})

export const auditContract = {
  listAudit: route({
    capability: 'audit',
    method: 'GET',
    path: '/api/v1/ops/audit',
    summary: 'Who changed what, newest first',
    roles: ADMINS,
    scopes: ['midwatch/read'],
    limit: 'global_default',
    query: z.strictObject({
      /** The kind and id of what was changed, e.g. `alert:01J…`. */
      entity: z.string().min(1).max(200).optional(),
      /** The id of who changed it. */
      actor: z.string().min(1).max(200).optional(),
      /** 30 days back when absent. */
      from: z.iso.datetime({ offset: true }).optional(),
      to: z.iso.datetime({ offset: true }).optional(),
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z.string().max(2000).optional(),
    }),
    response: z.object({ events: z.array(AuditEventView), next_cursor: z.string().optional() }),
    errors: ['invalid_cursor'],
    uses: ['audit:read', 'key:read', 'key:write'],
  }),
  publishHeads: schedule({
    capability: 'audit',
    name: 'publish-heads',
    summary: "Publishes the head over all of yesterday's audit chains",
    every: 'hour',
    timeoutSeconds: 60,
    uses: ['audit:read', 'audit:write', 'audit-bucket:write'],
  }),
} as const
