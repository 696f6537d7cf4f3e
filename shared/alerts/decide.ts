import { SEVERITIES, type Severity } from '../health/check.ts'
import { alertIdOf, fingerprintOf, type Alert, type Condition } from './alert.ts'

/** Something that people must hear: the alert as it now is, on the topics of these severities. */
export interface Announcement {
  readonly event: 'firing' | 'acknowledged' | 'resolved' | 'flapping'
  readonly topics: readonly Severity[]
}

/** What a decision did, in the words of audit events. */
export type AlertAction =
  | 'alert.opened'
  | 'alert.reopened'
  | 'alert.raised'
  | 'alert.updated'
  | 'alert.acknowledged'
  | 'alert.resolved'
  | 'alert.flapping'

/** The next state of an alert, and who must hear of it. */
export interface AlertDecision {
  readonly alert: Alert
  readonly action: AlertAction
  readonly announcement?: Announcement
}

/** A condition that comes back within this time is the same alert. */
export const REOPEN_WITHIN_MS = 15 * 60_000

const worse = (left: Severity, right: Severity): boolean =>
  SEVERITIES.indexOf(left) < SEVERITIES.indexOf(right)

const withTopic = (topics: readonly Severity[], severity: Severity): readonly Severity[] =>
  topics.includes(severity) ? topics : [...topics, severity]

const describe = ({ labels: _labels, ...condition }: Condition): Omit<Condition, 'labels'> => condition

function open(condition: Condition, now: number, ulid: string): AlertDecision {
  const fingerprint = fingerprintOf(condition.labels)
  const alert: Alert = {
    ...describe(condition),
    id: alertIdOf(ulid, fingerprint),
    fingerprint,
    status: 'firing',
    flapping: false,
    startedAt: now,
    openedAt: now,
    updatedAt: now,
    reopened: 0,
    announcedTo: [condition.severity],
    version: 1,
  }
  return { alert, action: 'alert.opened', announcement: { event: 'firing', topics: [condition.severity] } }
}

function reopen(previous: Alert, condition: Condition, now: number): AlertDecision {
  const { acknowledged: _acknowledged, resolved: _resolved, ...kept } = previous
  const alert: Alert = {
    ...kept,
    ...describe(condition),
    status: 'firing',
    openedAt: now,
    updatedAt: now,
    reopened: previous.reopened + 1,
    announcedTo: withTopic(previous.announcedTo, condition.severity),
    version: previous.version + 1,
  }
  return { alert, action: 'alert.reopened', announcement: { event: 'firing', topics: [condition.severity] } }
}

/** An alert that got worse fires again on the topic of its new severity; one that did not stays quiet. */
function update(current: Alert, condition: Condition, now: number): AlertDecision {
  const { severity } = condition
  const next = { ...current, ...describe(condition), updatedAt: now, version: current.version + 1 }
  if (!worse(severity, current.severity)) {
    return { alert: { ...next, severity: current.severity }, action: 'alert.updated' }
  }
  // Whoever acknowledged it acknowledged something milder.
  const { acknowledged: _acknowledged, ...unseen } = next
  const announcedTo = withTopic(current.announcedTo, severity)
  return {
    alert: { ...unseen, status: 'firing', announcedTo },
    action: 'alert.raised',
    announcement: { event: 'firing', topics: [severity] },
  }
}

/**
 * A condition needs attention.
 * @param latest the newest alert with the same fingerprint, whatever its status
 * @param now milliseconds since the epoch
 * @param ulid a fresh id, used when this is a new alert
 */
export function raiseAlert(
  latest: Alert | undefined,
  condition: Condition,
  now: number,
  ulid: string,
): AlertDecision {
  if (latest === undefined) return open(condition, now, ulid)
  if (latest.status !== 'resolved') return update(latest, condition, now)
  const resolvedAt = latest.resolved?.at ?? latest.updatedAt
  return now - resolvedAt <= REOPEN_WITHIN_MS ? reopen(latest, condition, now) : open(condition, now, ulid)
}

/**
 * The condition is over, or somebody says so. Everybody who heard of it hears of its end.
 * @returns `undefined` when it is resolved already
 */
export function resolveAlert(
  alert: Alert,
  now: number,
  by: string,
  note?: string,
): AlertDecision | undefined {
  if (alert.status === 'resolved') return undefined
  return {
    alert: {
      ...alert,
      status: 'resolved',
      flapping: false,
      resolved: { at: now, by, ...(note === undefined ? {} : { note }) },
      updatedAt: now,
      version: alert.version + 1,
    },
    action: 'alert.resolved',
    announcement: { event: 'resolved', topics: alert.announcedTo },
  }
}

/**
 * Somebody is on it. Acknowledging twice keeps the first name.
 * @returns `undefined` when it is resolved already, `unchanged` when it was acknowledged before
 */
export function acknowledgeAlert(
  alert: Alert,
  now: number,
  by: string,
  note?: string,
): AlertDecision | 'unchanged' | undefined {
  if (alert.status === 'resolved') return undefined
  if (alert.status === 'acknowledged') return 'unchanged'
  return {
    alert: {
      ...alert,
      status: 'acknowledged',
      acknowledged: { at: now, by, ...(note === undefined ? {} : { note }) },
      updatedAt: now,
      version: alert.version + 1,
    },
    action: 'alert.acknowledged',
    announcement: { event: 'acknowledged', topics: alert.announcedTo },
  }
}

/** The condition comes and goes: one notice now, then silence until it settles. Until then the alert stays open. */
export function markFlapping(latest: Alert, now: number): AlertDecision {
  const { acknowledged: _acknowledged, resolved: _resolved, ...reopened } = latest
  const kept: Alert = latest.status === 'resolved' ? { ...reopened, status: 'firing', openedAt: now } : latest
  return {
    alert: {
      ...kept,
      flapping: true,
      updatedAt: now,
      version: latest.version + 1,
    },
    action: 'alert.flapping',
    announcement: { event: 'flapping', topics: latest.announcedTo },
  }
}
