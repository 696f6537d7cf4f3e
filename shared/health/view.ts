import type { Check, Severity } from './check.ts'
import type { CheckView, HealthView } from './schemas.ts'
import { intervalMs } from './due.ts'
import { visibleStatus } from './next.ts'
import { overallStatus, type Status } from './status.ts'
import type { StoredCheck } from './store.ts'

/** What a view is made from, beside the check and its state. */
export interface ViewContext {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly tickSeconds: number
  /** The setting that a check lacks on this deployment, if any. */
  readonly missingSetting: (check: Check) => string | undefined
  /** Where a watched job reports; heartbeat checks only. */
  readonly pingPath?: (check: Check) => string
}

/** The part of a stored check that views show. */
type Observed = Pick<StoredCheck, 'state' | 'trouble'>

const iso = (ms: number): string => new Date(ms).toISOString()

/** The status that readers see of a check. */
export const statusOf = (check: Check, stored: Observed | undefined, context: ViewContext): Status =>
  visibleStatus(stored?.state, intervalMs(check, context.tickSeconds), context.now)

function messageOf(check: Check, stored: Observed | undefined, status: Status, context: ViewContext): string {
  const missing = context.missingSetting(check)
  if (missing !== undefined) return `Not configured: the setting ${missing} is not set`
  if (stored === undefined) return 'No result yet'
  if (status !== 'unknown') return stored.state.message
  if (stored.trouble !== undefined) return `Could not be checked: ${stored.trouble}`
  return `No recent result; the last one said: ${stored.state.message}`
}

/** How fast a check's target answers; a watched job is not asked anything. */
export const latencyOf = (check: Check, stored: Observed | undefined): number | undefined =>
  check.kind === 'heartbeat' ? undefined : stored?.state.latencyMs

/** What a stored state adds to a check's view; nothing before the first result that says something of the target. */
const observed = (check: Check, { state }: Observed) => ({
  ...(state.status === undefined ? {} : { checked_at: iso(state.checkedAt) }),
  flapping: state.flapping,
  ...(latencyOf(check, { state }) === undefined ? {} : { latency_ms: state.latencyMs }),
  ...(state.measurements === undefined ? {} : { measurements: state.measurements }),
})

const thresholdsView = (thresholds: NonNullable<Check['thresholds']>) => ({
  normal_below_ms: thresholds.normalBelowMs,
  degraded_above_ms: thresholds.degradedAboveMs,
})

/** One check as the ops API shows it. */
export function checkView(check: Check, stored: Observed | undefined, context: ViewContext): CheckView {
  const { id, name, component, kind, severity, vantage, runbook, thresholds } = check
  const status = statusOf(check, stored, context)
  return {
    id,
    name,
    component,
    kind,
    severity,
    vantage,
    status,
    message: messageOf(check, stored, status, context),
    flapping: false,
    interval_seconds: intervalMs(check, context.tickSeconds) / 1_000,
    runbook,
    ...(stored === undefined || status === 'unknown' ? {} : { since: iso(stored.state.since) }),
    ...(stored === undefined ? {} : observed(check, stored)),
    ...(thresholds === undefined ? {} : { thresholds: thresholdsView(thresholds) }),
    ...(kind === 'heartbeat' && context.pingPath ? { ping_path: context.pingPath(check) } : {}),
  }
}

/** The checks that count: those that this deployment configures, each with its status. */
const counted = (
  checks: readonly Check[],
  states: ReadonlyMap<string, StoredCheck>,
  context: ViewContext,
): readonly { status: Status; severity: Severity }[] =>
  checks
    .filter((check) => context.missingSetting(check) === undefined)
    .map((check) => ({ status: statusOf(check, states.get(check.id), context), severity: check.severity }))

/** The worst of the configured checks. Checks that this deployment does not configure do not count. */
export const overallOf = (
  checks: readonly Check[],
  states: ReadonlyMap<string, StoredCheck>,
  context: ViewContext,
): Status => overallStatus(counted(checks, states, context))

/** Overall status, how many of the configured checks have which, and each of the given checks. */
export function healthView(
  checks: readonly Check[],
  states: ReadonlyMap<string, StoredCheck>,
  context: ViewContext,
): HealthView {
  const entries = counted(checks, states, context)
  const newest = Math.max(...[...states.values()].map((stored) => stored.state.checkedAt))
  const countOf = (status: Status) => entries.filter((entry) => entry.status === status).length
  return {
    status: overallStatus(entries),
    ...(Number.isFinite(newest) ? { checked_at: iso(newest) } : {}),
    summary: {
      healthy: countOf('healthy'),
      degraded: countOf('degraded'),
      unhealthy: countOf('unhealthy'),
      unknown: countOf('unknown'),
    },
    checks: checks.map((check) => checkView(check, states.get(check.id), context)),
  }
}
