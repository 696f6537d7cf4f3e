import { SEVERITIES, type Severity } from './check.ts'
import type { Grade } from './confirmation.ts'
import { FLAP_SAMPLES, isFlapping } from './flapping.ts'
import type { Measurements } from './probe.ts'
import type { KnownStatus, Status } from './status.ts'
import { type RecoveryPolicy, transition } from './transition.ts'

/** What is known of one check from one vantage. Times are milliseconds since the epoch. */
export interface CheckState {
  /** Undefined until a probe established something. */
  readonly status: KnownStatus | undefined
  readonly since: number
  /** The newest slot that was counted; before the first, -1. */
  readonly lastSlot: number
  /** When the newest counted slot was observed. */
  readonly checkedAt: number
  /** Observations in a row that count towards the next better status. */
  readonly goodStreak: number
  /** The status after each of the last 21 counted slots, newest last. */
  readonly history: readonly KnownStatus[]
  readonly flapping: boolean
  /** What alerts last said, `healthy` at first. Differs from the status only while flapping. */
  readonly announced: KnownStatus
  readonly latencyMs?: number
  readonly message: string
  readonly measurements?: Measurements
}

/** One slot's settled verdict. `slot` is the start of the slot, `at` when it was observed (milliseconds since the epoch). */
export interface Observation {
  readonly slot: number
  readonly at: number
  readonly grade: Grade
  readonly latencyMs: number
  readonly message: string
  readonly measurements?: Measurements
}

export interface Policy extends RecoveryPolicy {
  readonly severity: Severity
}

/** The usual `recoveries`. */
export const RECOVERIES = 2

/** `attention` and `recovered` are what people are told; `status_changed` is the record and is never muted. */
export type HealthEvent =
  | { readonly kind: 'status_changed'; readonly from: KnownStatus; readonly to: KnownStatus }
  | { readonly kind: 'attention'; readonly status: 'degraded' | 'unhealthy'; readonly severity: Severity }
  | { readonly kind: 'recovered' }
  | { readonly kind: 'flapping_started' }
  | { readonly kind: 'flapping_ended'; readonly status: KnownStatus }

export type Attention = Extract<HealthEvent, { kind: 'attention' }>

export interface Decision {
  readonly state: CheckState
  readonly events: readonly HealthEvent[]
}

/**
 * The state machine of a check: the status follows `transition`, and this says what people are told of it.
 *
 * Getting worse raises attention, also from degraded to unhealthy. Getting from unhealthy to degraded only changes the
 * status: the alert stays open and nobody is paged for good news that is not over yet. While the status flaps, attention
 * and recovery are held; the slot that ends it announces the final status if alerts last said another.
 *
 * @param state undefined before the first observation
 * @param observation a slot that is not newer than the last one counted changes nothing, so an invocation can be
 *   retried; an inconclusive one changes nothing either, so that its check becomes unknown in time
 *   (`visibleStatus`)
 * @returns the next state (the same object when nothing was counted) and what happened, in order
 */
export function next(state: CheckState | undefined, observation: Observation, policy: Policy): Decision {
  const current = state ?? neverObserved(observation)
  const { slot, at, grade, latencyMs, message, measurements } = observation
  if (grade === 'inconclusive' || slot <= current.lastSlot) return { state: current, events: [] }
  const from = current.status && { status: current.status, goodStreak: current.goodStreak }
  const { status, goodStreak } = transition(from, grade, latencyMs, policy)
  const history = [...current.history, status].slice(-FLAP_SAMPLES)
  const flapping = isFlapping(history, current.flapping)
  const since = status === current.status ? current.since : at
  const announced = flapping ? current.announced : status
  const judged = { status, since, goodStreak, history, flapping, announced }
  const observed = {
    lastSlot: slot,
    checkedAt: at,
    latencyMs,
    message,
    ...(measurements && { measurements }),
  }
  return { state: { ...judged, ...observed }, events: eventsOf(current, judged, policy.severity) }
}

const neverObserved = (observation: Observation): CheckState => ({
  status: undefined,
  since: observation.at,
  lastSlot: -1,
  checkedAt: observation.at,
  goodStreak: 0,
  history: [],
  flapping: false,
  announced: 'healthy',
  message: observation.message,
})

interface Judged {
  readonly status: KnownStatus
  readonly flapping: boolean
}

function eventsOf(before: CheckState, { status: to, flapping }: Judged, severity: Severity): HealthEvent[] {
  const from = before.status
  const events: HealthEvent[] = []
  if (from !== undefined && from !== to) events.push({ kind: 'status_changed', from, to })
  if (flapping && !before.flapping) events.push({ kind: 'flapping_started' })
  if (flapping) return events
  if (before.flapping) events.push({ kind: 'flapping_ended', status: to })
  const eased = before.announced === 'unhealthy' && to === 'degraded' && !before.flapping
  if (to !== before.announced && !eased) events.push(announcement(to, severity))
  return events
}

const announcement = (status: KnownStatus, severity: Severity): HealthEvent =>
  status === 'healthy' ? { kind: 'recovered' } : attentionTo(status, severity)

/** What people are told of a bad status. Being slow is never more urgent than a warning. */
export const attentionTo = (status: Attention['status'], severity: Severity): Attention => ({
  kind: 'attention',
  status,
  severity: status === 'degraded' ? milder(severity, 'warning') : severity,
})

const milder = (one: Severity, other: Severity): Severity =>
  SEVERITIES.indexOf(one) > SEVERITIES.indexOf(other) ? one : other

/** Three missed intervals: after that, a status is no longer believed. */
export const unknownAfterMs = (intervalMs: number): number => 3 * intervalMs

/**
 * The status that readers see.
 * @param intervalMs the real time between two runs of the check (`intervalMs` in `due.ts`)
 * @param now milliseconds since the epoch
 * @returns `unknown` when nothing was ever established, or when the newest counted observation was made more than three
 *   intervals ago (exactly three is still believed, for the third run is only just due); its age is measured from
 *   `checkedAt`, not from the start or end of its slot
 */
export function visibleStatus(state: CheckState | undefined, intervalMs: number, now: number): Status {
  if (state?.status === undefined) return 'unknown'
  return now - state.checkedAt > unknownAfterMs(intervalMs) ? 'unknown' : state.status
}
