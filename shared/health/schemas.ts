import * as z from 'zod'
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

export const RESOLUTIONS = ['raw', 'hourly', 'daily'] as const

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
export const HealthJson = z.object({
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

/** What everybody may know of each component. */
export const PublicDetail = z.object({
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
