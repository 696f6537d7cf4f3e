import type { Component, Platform } from '../platforms/define.ts'
import type { Check } from './check.ts'
import type { Status } from './status.ts'
import type { StoredCheck } from './store.ts'
import { overallOf, statusOf, type ViewContext } from './view.ts'

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
  const stored = checks.flatMap((check) => states.get(check.id) ?? [])
  const status = worst(checks.map((check) => statusOf(check, states.get(check.id), context)))
  const since = maximum(stored.map(({ state }) => state.since))
  const checkedAt = maximum(stored.map(({ state }) => state.checkedAt))
  const latencyMs = maximum(stored.map(({ state }) => state.latencyMs))
  return {
    component,
    status,
    ...(since === undefined ? {} : { since }),
    ...(checkedAt === undefined ? {} : { checkedAt }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
  }
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
