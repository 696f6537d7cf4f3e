import type { HeartbeatSignals } from './probe.ts'
import { timeSpanText } from './time-span.ts'

/** When a watched job has to report. */
export interface HeartbeatSchedule {
  /** How often the job reports success. */
  readonly periodSeconds: number
  /** How much later than that it may report, and how long a run may take once it has reported its start. */
  readonly graceSeconds: number
}

export type HeartbeatVerdict =
  | { readonly ok: true; readonly message: string }
  | { readonly ok: false; readonly reason: 'late' | 'unexpected'; readonly message: string }

/** A ping of a watched job. */
export interface Ping {
  readonly signal: 'success' | 'start' | 'failure' | 'log'
  readonly exitCode?: number
}

const secondsBetween = (fromMs: number, toMs: number) => (toMs - fromMs) / 1_000

const late = (message: string): HeartbeatVerdict => ({ ok: false, reason: 'late', message })

function failedVerdict(exitCode: number | undefined): HeartbeatVerdict {
  const suffix = exitCode ? ` (exit code ${exitCode})` : ''
  return { ok: false, reason: 'unexpected', message: `The job reported a failure${suffix}` }
}

function silenceVerdict(
  signals: HeartbeatSignals,
  schedule: HeartbeatSchedule,
  nowMs: number,
): HeartbeatVerdict {
  const silentSeconds = secondsBetween(signals.lastSuccessAt ?? signals.watchedSince, nowMs)
  const silent = timeSpanText(silentSeconds)
  if (silentSeconds > schedule.periodSeconds + schedule.graceSeconds) {
    return late(`No signal for ${silent}, expected every ${timeSpanText(schedule.periodSeconds)}`)
  }
  if (signals.lastSuccessAt === undefined) return { ok: true, message: 'Waiting for the first signal' }
  return { ok: true, message: `The job succeeded ${silent} ago` }
}

/**
 * Decides from its last signals whether a watched job is on time. A reported failure outweighs lateness, because it
 * says more; a run that was started must succeed within the grace period even if the next report is not due yet.
 * @param signals the job's last signals, times in milliseconds since the epoch
 * @param schedule when the job has to report
 * @param nowMs the moment to decide for, milliseconds since the epoch
 */
export function judgeHeartbeat(
  signals: HeartbeatSignals,
  schedule: HeartbeatSchedule,
  nowMs: number,
): HeartbeatVerdict {
  const { lastSuccessAt, lastStartAt, lastFailureAt, lastExitCode } = signals
  const isNewest = (at: number | undefined): at is number =>
    at !== undefined && (lastSuccessAt === undefined || at > lastSuccessAt)
  if (isNewest(lastFailureAt)) return failedVerdict(lastExitCode)
  if (isNewest(lastStartAt)) {
    const runningSeconds = secondsBetween(lastStartAt, nowMs)
    const running = timeSpanText(runningSeconds)
    if (runningSeconds > schedule.graceSeconds)
      return late(`The job started ${running} ago and has not succeeded`)
  }
  return silenceVerdict(signals, schedule, nowMs)
}

const NAMED_PINGS: ReadonlyMap<string, Ping> = new Map<string, Ping>([
  ['', { signal: 'success' }],
  ['start', { signal: 'start' }],
  ['fail', { signal: 'failure' }],
  ['log', { signal: 'log' }],
])

/**
 * Reads what follows the id in a ping URL (https://healthchecks.io/docs/http_api/): nothing, `start`, `fail`, `log`
 * or the exit code of the job, of which 0 is success.
 * @returns undefined when it is none of these
 */
export function parsePing(pathSuffix: string | undefined): Ping | undefined {
  const suffix = pathSuffix ?? ''
  const named = NAMED_PINGS.get(suffix)
  if (named) return named
  if (!/^(?:0|[1-9]\d{0,2})$/.test(suffix)) return undefined
  const exitCode = Number(suffix)
  if (exitCode > 255) return undefined
  return { signal: exitCode === 0 ? 'success' : 'failure', exitCode }
}
