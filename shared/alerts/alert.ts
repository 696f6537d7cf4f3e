import { canonicalJson, sha256 } from '../kernel/canonical.ts'
import type { Severity } from '../health/check.ts'
import type { AlertKind, AlertStatus } from './contract.ts'

/** Who acknowledged or resolved an alert, and when (milliseconds since the epoch). */
interface Signature {
  readonly at: number
  readonly by: string
  readonly note?: string
}

/** A condition that needs attention. Times are milliseconds since the epoch. */
export interface Alert {
  /** `<ulid>-<first 16 digits of the fingerprint>`: finding an alert by its id needs no index. */
  readonly id: string
  readonly fingerprint: string
  readonly status: AlertStatus
  readonly kind: AlertKind
  readonly severity: Severity
  readonly component?: string
  readonly check?: string
  readonly summary: string
  readonly message: string
  readonly flapping: boolean
  readonly runbook?: string
  readonly startedAt: number
  /** When it last began to fire, for the first time or again; alerts stored before this was noted lack it. */
  readonly openedAt?: number
  readonly updatedAt: number
  readonly acknowledged?: Signature
  readonly resolved?: Signature
  readonly reopened: number
  /** The severities that have heard of it, and so must hear of its end. */
  readonly announcedTo: readonly Severity[]
  readonly version: number
}

/** A condition as whoever found it describes it. */
export interface Condition {
  /** What makes it this condition and no other; never its severity or the time. */
  readonly labels: Readonly<Record<string, string>>
  readonly kind: AlertKind
  readonly severity: Severity
  readonly component?: string
  readonly check?: string
  readonly summary: string
  readonly message: string
  readonly runbook?: string
}

const SHORT_DIGITS = 16

/** SHA-256 of the sorted identity labels. */
export const fingerprintOf = (labels: Readonly<Record<string, string>>): string =>
  sha256(canonicalJson(labels))

/** The part of a fingerprint that alert ids carry. */
export const shortFingerprint = (fingerprint: string): string => fingerprint.slice(0, SHORT_DIGITS)

/** Puts an alert's id together. */
export const alertIdOf = (ulid: string, fingerprint: string): string =>
  `${ulid}-${shortFingerprint(fingerprint)}`
