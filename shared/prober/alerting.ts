import { fingerprintOf, type Alert, type Condition } from '../alerts/alert.ts'
import { markFlapping, raiseAlert, resolveAlert, type AlertDecision } from '../alerts/decide.ts'
import type { Check } from '../health/check.ts'
import type { ProberEvent } from '../health/impaired.ts'
import type { HealthEvent } from '../health/next.ts'

/** In whose name alerts are opened and resolved when nobody does it by hand. */
export const PROBER = 'prober'

/** What an alert decision is made from. */
export interface AlertContext {
  /** The newest alert of the same condition. */
  readonly latest: Alert | undefined
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly ulid: string
}

/** The identity of a check's alerts. */
export const checkLabels = (platformId: string, check: Pick<Check, 'id' | 'vantage'>) => ({
  platform: platformId,
  check: check.id,
  vantage: check.vantage,
})

/** The identity of a prober's own alert. */
export const proberLabels = (platformId: string, vantage: string) => ({
  platform: platformId,
  prober: vantage,
})

export const checkFingerprint = (platformId: string, check: Pick<Check, 'id' | 'vantage'>): string =>
  fingerprintOf(checkLabels(platformId, check))

type Attention = Extract<HealthEvent, { kind: 'attention' }>

const conditionOf = (
  platformId: string,
  check: Check,
  { status, severity }: Pick<Attention, 'status' | 'severity'>,
  message: string,
): Condition => ({
  labels: checkLabels(platformId, check),
  kind: status === 'unhealthy' ? 'check_unhealthy' : 'check_degraded',
  severity,
  component: check.component,
  check: check.id,
  summary: `${check.name} is ${status}`,
  message,
  runbook: check.runbook,
})

/**
 * What a slot's events mean for the check's alert; at most one decision a slot.
 * @param message of the attempt that the slot's verdict rests on
 */
export function checkAlertDecision(
  platformId: string,
  check: Check,
  events: readonly HealthEvent[],
  message: string,
  { latest, now, ulid }: AlertContext,
): AlertDecision | undefined {
  const calm = latest?.flapping === true ? { ...latest, flapping: false } : latest
  const attention = events.find((event) => event.kind === 'attention')
  const settled = events.find((event) => event.kind === 'flapping_ended')
  if (attention !== undefined) {
    return raiseAlert(calm, conditionOf(platformId, check, attention, message), now, ulid)
  }
  if (latest === undefined || calm === undefined) return undefined
  if (settled?.status === 'healthy' || events.some((event) => event.kind === 'recovered')) {
    return resolveAlert(latest, now, PROBER)
  }
  if (settled !== undefined) {
    const same = { status: settled.status, severity: latest.severity }
    return raiseAlert(calm, conditionOf(platformId, check, same, message), now, ulid)
  }
  return events.some((event) => event.kind === 'flapping_started') ? markFlapping(latest, now) : undefined
}

/** What a prober's own trouble means for its alert. */
export function proberAlertDecision(
  platformId: string,
  vantage: string,
  events: readonly ProberEvent[],
  { latest, now, ulid }: AlertContext,
): AlertDecision | undefined {
  const [event] = events
  if (event === undefined) return undefined
  if (event.kind === 'prober_recovered') return latest && resolveAlert(latest, now, PROBER)
  return raiseAlert(
    latest,
    {
      labels: proberLabels(platformId, vantage),
      kind: 'prober_impaired',
      severity: 'error',
      summary: `The prober at the ${vantage} vantage is impaired`,
      message:
        'More than half of its checks failed for its own reasons; their status is not believed meanwhile.',
      runbook: 'docs/runbook.md#prober-impaired',
    },
    now,
    ulid,
  )
}
