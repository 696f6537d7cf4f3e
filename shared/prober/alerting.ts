import { fingerprintOf, type Alert, type Condition } from '../alerts/alert.ts'
import { markFlapping, raiseAlert, resolveAlert, type AlertDecision } from '../alerts/decide.ts'
import type { Check } from '../health/check.ts'
import type { ProberEvent } from '../health/impaired.ts'
import { attentionTo, type Attention, type HealthEvent } from '../health/next.ts'

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

/** The bad status that a slot's events call attention to; flapping that ends badly does so too. */
function attentionIn(events: readonly HealthEvent[], check: Check): Attention | undefined {
  for (const event of events) {
    if (event.kind === 'attention') return event
    if (event.kind === 'flapping_ended' && event.status !== 'healthy')
      return attentionTo(event.status, check.severity)
  }
  return undefined
}

/** The bad status on either side of the change that made a check flap. */
function attentionOfFlapping(events: readonly HealthEvent[], check: Check): Attention | undefined {
  const change = events.find((event) => event.kind === 'status_changed')
  const bad = change?.to === 'healthy' ? change.from : change?.to
  return bad === undefined || bad === 'healthy' ? undefined : attentionTo(bad, check.severity)
}

/** Whoever heard that the check flaps hears how it ended, even when the alert got no worse. */
function raise({ latest, now, ulid }: AlertContext, condition: Condition): AlertDecision {
  if (latest?.flapping !== true) return raiseAlert(latest, condition, now, ulid)
  const decision = raiseAlert({ ...latest, flapping: false }, condition, now, ulid)
  return { ...decision, announcement: { event: 'firing', topics: decision.alert.announcedTo } }
}

/** The alert of a check that begins to flap: the open one, or the one that would be opened now. */
function flap(
  { latest, now, ulid }: AlertContext,
  condition: Condition | undefined,
): AlertDecision | undefined {
  if (latest !== undefined && latest.status !== 'resolved') return markFlapping(latest, now)
  if (condition === undefined) return undefined
  const { alert, action } = raiseAlert(latest, condition, now, ulid)
  const announcement = { event: 'flapping', topics: alert.announcedTo } as const
  return { alert: { ...alert, flapping: true }, action, announcement }
}

/**
 * What a slot's events mean for the check's alert; at most one decision a slot.
 * @param message of the attempt that the slot's verdict rests on
 */
export function checkAlertDecision(
  platformId: string,
  check: Check,
  events: readonly HealthEvent[],
  message: string,
  context: AlertContext,
): AlertDecision | undefined {
  const { latest, now } = context
  const kinds = new Set(events.map((event) => event.kind))
  const attention = attentionIn(events, check)
  if (attention !== undefined) return raise(context, conditionOf(platformId, check, attention, message))
  if (kinds.has('recovered') || kinds.has('flapping_ended'))
    return latest && resolveAlert(latest, now, PROBER)
  if (!kinds.has('flapping_started')) return undefined
  const restless = attentionOfFlapping(events, check)
  return flap(context, restless && conditionOf(platformId, check, restless, message))
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
