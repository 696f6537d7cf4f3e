import * as z from 'zod'
import { Severity, Slug } from '../health/check.ts'
import { RESPONDERS, route, VIEWERS } from '../kernel/route.ts'
import { alertExamples } from './examples.ts'

export const ALERT_STATUSES = ['firing', 'acknowledged', 'resolved'] as const
export const AlertStatus = z.enum(ALERT_STATUSES)
export type AlertStatus = z.output<typeof AlertStatus>

/** What an alert is about. */
export const AlertKind = z.enum(['check_unhealthy', 'check_degraded', 'prober_impaired', 'rate_limit_block'])
export type AlertKind = z.output<typeof AlertKind>

const AlertId = z.string().regex(/^[0-9A-Z]{26}-[0-9a-f]{16}$/, 'an alert id')

const Person = z.object({ at: z.iso.datetime(), by: z.string(), note: z.string().optional() })

/** An alert as the API shows it. */
export const AlertView = z.object({
  id: AlertId,
  fingerprint: z.string(),
  status: AlertStatus,
  kind: AlertKind,
  severity: Severity,
  component: Slug.optional(),
  check: Slug.optional(),
  summary: z.string(),
  message: z.string(),
  flapping: z.boolean(),
  runbook: z.string().optional(),
  started_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  acknowledged: Person.optional(),
  resolved: Person.optional(),
  /** How often it came back within 15 minutes of being resolved. */
  reopened: z.int(),
  version: z.int(),
})
export type AlertView = z.input<typeof AlertView>

const Note = z.strictObject({ note: z.string().trim().min(1).max(1000).optional() }).optional()

const change = {
  capability: 'alerts',
  method: 'POST',
  roles: RESPONDERS,
  scopes: ['midwatch/write'],
  limit: 'global_default',
  params: z.strictObject({ alert: AlertId }),
  body: Note,
  response: AlertView,
  idempotent: true,
  errors: ['unknown_alert', 'alert_resolved', 'stale_version', 'conflict', 'request_in_flight', 'key_reused'],
  uses: ['alert:read', 'alert:write', 'audit:write', 'outbox:write', 'idempotency:read', 'idempotency:write'],
} as const

export const alertsContract = {
  listAlerts: route({
    capability: 'alerts',
    method: 'GET',
    path: '/api/v1/ops/alerts',
    summary: 'Alerts, newest first',
    examples: alertExamples.listAlerts,
    roles: VIEWERS,
    scopes: ['midwatch/read'],
    limit: 'global_default',
    query: z.strictObject({
      severity: Severity.optional(),
      status: z
        .enum([...ALERT_STATUSES, 'open'])
        .optional()
        .describe('`open` is firing or acknowledged'),
      component: Slug.optional(),
      check: Slug.optional(),
      limit: z.coerce.number().int().min(1).max(100).default(50).describe('Alerts a page'),
      cursor: z.string().max(2000).optional().describe('`next_cursor` of the page before'),
    }),
    response: z.object({ alerts: z.array(AlertView), next_cursor: z.string().optional() }),
    errors: ['invalid_cursor'],
    uses: ['alert:read', 'key:read', 'key:write'],
  }),
  getAlert: route({
    capability: 'alerts',
    method: 'GET',
    path: '/api/v1/ops/alerts/{alert}',
    summary: 'One alert',
    examples: alertExamples.getAlert,
    roles: VIEWERS,
    scopes: ['midwatch/read'],
    limit: 'global_default',
    params: z.strictObject({ alert: AlertId }),
    response: AlertView,
    errors: ['unknown_alert'],
    uses: ['alert:read'],
  }),
  acknowledgeAlert: route({
    ...change,
    path: '/api/v1/ops/alerts/{alert}/acknowledge',
    summary: 'Acknowledge an alert: somebody is on it',
    examples: alertExamples.acknowledgeAlert,
  }),
  resolveAlert: route({
    ...change,
    path: '/api/v1/ops/alerts/{alert}/resolve',
    summary: 'Resolve an alert by hand; it opens again when its check fails again',
    examples: alertExamples.resolveAlert,
  }),
} as const
