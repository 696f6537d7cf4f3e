import type { Component, Platform } from '../platforms/define.ts'
import type { Check } from './check.ts'
import type { CheckState } from './next.ts'
import type { Status } from './status.ts'
import type { StoredCheck } from './store.ts'
import { latencyOf, overallOf, statusOf, type ViewContext } from './view.ts'

/** What customers call a status. */
export const STATUS_WORDS = {
  healthy: 'operational',
  degraded: 'degraded',
  unhealthy: 'outage',
  unknown: 'unknown',
} as const satisfies Record<Status, string>

/**
 * What everybody may know of a component: its status, since when, and how fast it answers. No check's message, target
 * or measurement is in it.
 */
export interface PublicComponent {
  readonly component: Component
  readonly status: Status
  /** Milliseconds since the epoch. */
  readonly since?: number
  readonly checkedAt?: number
  /** Of the slowest of its checks. */
  readonly latencyMs?: number
}

const maximum = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined)
  return known.length === 0 ? undefined : Math.max(...known)
}

/** The component's status is its worst check's; components without a configured check are left out. */
export function publicComponents(
  platform: Platform,
  states: ReadonlyMap<string, StoredCheck>,
  context: ViewContext,
): readonly PublicComponent[] {
  return platform.components.flatMap((component) => {
    const checks = platform.checks.filter(
      (check) => check.component === component.id && context.missingSetting(check) === undefined,
    )
    return checks.length === 0 ? [] : [publicComponent(component, checks, states, context)]
  })
}

function publicComponent(
  component: Component,
  checks: readonly Check[],
  states: ReadonlyMap<string, StoredCheck>,
  context: ViewContext,
): PublicComponent {
  const seen = checks.map((check) => {
    const state = states.get(check.id)?.state
    const latencyMs = latencyOf(check, states.get(check.id))
    return { status: statusOf(check, states.get(check.id), context), latencyMs, ...(state && { state }) }
  })
  const status = worst(seen.map((entry) => entry.status))
  const since = sinceWhen(status, seen)
  const checkedAt = maximum(seen.map(({ state }) => state?.checkedAt))
  const latencyMs = maximum(seen.map((entry) => entry.latencyMs))
  return {
    component,
    status,
    ...(since === undefined ? {} : { since }),
    ...(checkedAt === undefined ? {} : { checkedAt }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
  }
}

interface Seen {
  readonly status: Status
  readonly state?: CheckState
}

/** A component is well since the last of its checks is, and bad since the first of those that make it so. */
function sinceWhen(status: Status, seen: readonly Seen[]): number | undefined {
  if (status === 'unknown') return undefined
  const times = seen.flatMap((entry) => (entry.status === status && entry.state ? [entry.state.since] : []))
  return status === 'healthy' ? Math.max(...times) : Math.min(...times)
}

const BEST_FIRST: readonly Status[] = ['healthy', 'unknown', 'degraded', 'unhealthy']

const worst = (statuses: readonly Status[]): Status =>
  statuses.reduce<Status>(
    (left, right) => (BEST_FIRST.indexOf(right) > BEST_FIRST.indexOf(left) ? right : left),
    'healthy',
  )

/** The platform's overall status, as the ops API computes it. */
export const publicStatus = (
  platform: Platform,
  states: ReadonlyMap<string, StoredCheck>,
  context: ViewContext,
): Status => overallOf(platform.checks, states, context)
