import * as z from 'zod'
import { ADMINS, route, schedule } from '../kernel/route.ts'
import { auditExamples } from './examples.ts'

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
  notes: z.record(z.string(), z.unknown()).optional().describe('What belongs to it, e.g. who approved it'),
  prevHash: z.string(),
  hash: z.string(),
})

export const auditContract = {
  listAudit: route({
    capability: 'audit',
    method: 'GET',
    path: '/api/v1/ops/audit',
    summary: 'Who changed what, newest first',
    examples: auditExamples.listAudit,
    roles: ADMINS,
    limit: 'global_default',
    query: z.strictObject({
      entity: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('The kind and id of what was changed, e.g. `alert:01J…`'),
      actor: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('The name of who changed it: a user name, a client id, or `prober`'),
      from: z.iso.datetime({ offset: true }).optional().describe('30 days before `to` when absent'),
      to: z.iso
        .datetime({ offset: true })
        .optional()
        .describe('Now when absent; at most 400 days after `from`'),
      limit: z.coerce.number().int().min(1).max(200).default(50).describe('Events a page'),
      cursor: z.string().max(2000).optional().describe('`next_cursor` of the page before'),
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
