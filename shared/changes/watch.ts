import type { Alert } from '../alerts/alert.ts'
import type { ChangeKind, WatchView } from './schemas.ts'

/** An alert as it stood when a watch began; absent when there was none yet. */
export type Baseline = Pick<Alert, 'id' | 'openedAt'>

/** Which alert is looked at. */
export interface WatchedAlert {
  readonly fingerprint: string
  /** How the watch was asked for. */
  readonly alert?: string
  readonly check?: string
  readonly baseline?: Baseline
}

/** A change that is taken back when an alert opens. Times are milliseconds since the epoch. */
export interface Watch {
  readonly kind: ChangeKind
  /** The key of what was changed. */
  readonly target: string
  /** The version that the change made: a later one is somebody else's, and stays. */
  readonly targetVersion: number
  /** What held before; `undefined`: the default. */
  readonly previous: unknown
  readonly on: WatchedAlert
  readonly startedAt: number
  readonly startedBy: string
  readonly endsAt: number
}

/** How a watch begins and ends, whatever it is over. */
export type WatchTerms = Pick<Watch, 'on' | 'startedAt' | 'startedBy' | 'endsAt'>

/** What a watch is over. */
export type WatchedVersion = Pick<Watch, 'kind' | 'target' | 'targetVersion'>

/** Names a watch for ever: each version of a target has one at most. */
export const watchName = ({ kind, target, targetVersion }: WatchedVersion): string =>
  `${kind}:${target}#${targetVersion}`

/** Whether the alert has opened, for the first time or again, since the watch began and in time. */
function hasFired({ on: { baseline }, endsAt }: Watch, latest: Alert): boolean {
  if (latest.id !== baseline?.id) return latest.startedAt <= endsAt
  const { openedAt } = latest
  return openedAt !== undefined && openedAt !== baseline.openedAt && openedAt <= endsAt
}

/**
 * What is to be done about a watched change.
 * @param latest the newest alert of the condition, whatever its status
 * @param now milliseconds since the epoch
 */
export function watchVerdict(
  watch: Watch,
  latest: Alert | undefined,
  now: number,
): 'watching' | 'fired' | 'ended' {
  if (latest !== undefined && hasFired(watch, latest)) return 'fired'
  return now > watch.endsAt ? 'ended' : 'watching'
}

/** A watch as the API shows it. */
export const watchView = ({ on: { alert, check }, endsAt }: Pick<Watch, 'on' | 'endsAt'>): WatchView => ({
  ...(alert === undefined ? {} : { alert }),
  ...(check === undefined ? {} : { check }),
  ends_at: new Date(endsAt).toISOString(),
})
