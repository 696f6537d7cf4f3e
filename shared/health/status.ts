import type { Severity } from './check.ts'

/** What readers are told about a check or the platform, from the best to the least known. */
export const STATUSES = ['healthy', 'degraded', 'unhealthy', 'unknown'] as const
export type Status = (typeof STATUSES)[number]

/** What a probe can establish. `unknown` is never established: it is the absence of recent results. */
export type KnownStatus = Exclude<Status, 'unknown'>

/** Severities whose checks take the platform down with them; the others only degrade it. */
const DECISIVE: ReadonlySet<Severity> = new Set(['critical', 'error'])

/**
 * One status for many checks.
 * @param entries each check's visible status and its severity
 * @returns `unhealthy` when a `critical` or `error` check is unhealthy; `degraded` when anything is degraded or a
 *   `warning` or `info` check is unhealthy; `unknown` when nothing is worse and something is unknown, or when there are
 *   no entries; otherwise `healthy`
 */
export function overallStatus(entries: readonly { status: Status; severity: Severity }[]): Status {
  const some = (status: Status) => entries.some((entry) => entry.status === status)
  const down = entries.some((entry) => entry.status === 'unhealthy' && DECISIVE.has(entry.severity))
  if (down) return 'unhealthy'
  if (some('degraded') || some('unhealthy')) return 'degraded'
  if (some('unknown') || entries.length === 0) return 'unknown'
  return 'healthy'
}
