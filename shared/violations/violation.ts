import type { LimitScope } from '../rate-limits/rule.ts'

/** A denial, as whoever decided it tells of it. */
export interface Denial {
  readonly rule: string
  readonly scope: LimitScope
  readonly identifier: string
  /** Milliseconds since the epoch. */
  readonly at: number
  /** The rule only looks on: enforced, this would have been a denial. */
  readonly shadow: boolean
}

/** How often a rule denied somebody. Times are milliseconds since the epoch. */
export interface Violation {
  readonly rule: string
  readonly scope: LimitScope
  readonly identifier: string
  readonly count: number
  /** What would have been denied if the rule did not only look on; not part of `count`. */
  readonly shadow: number
  readonly firstSeen: number
  /** As of the last write: denials are counted in memory for up to a minute. */
  readonly lastSeen: number
}

/** What is kept of one clock hour. */
export interface HourlyViolation extends Violation {
  /** `2026-02-15T02` */
  readonly hour: string
  /** When this row has led to a block, or was covered by one that was in force. */
  readonly blockedAt?: number
}

export const HOUR_MS = 3_600_000

/** Stands for everybody who could not be counted one by one. */
export const ANYBODY = '*'

/** The clock hour of a moment (milliseconds since the epoch). */
export const hourOf = (at: number): string => new Date(at).toISOString().slice(0, 13)

/** The clock hours from one moment to another, newest first. */
export function hoursBetween(fromMs: number, toMs: number): readonly string[] {
  const hours: string[] = []
  for (let hour = Math.floor(toMs / HOUR_MS); hour >= Math.floor(fromMs / HOUR_MS); hour -= 1) {
    hours.push(hourOf(hour * HOUR_MS))
  }
  return hours
}
