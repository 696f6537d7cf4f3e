import {
  KNOWN_AWS_STATUSES,
  KNOWN_ERRORS,
  KNOWN_PREFIXES,
  KNOWN_SQL_STATES,
  type Failure,
} from './failure-table.ts'
import type { FailureReason, ProbeOutcome } from './probe.ts'

/** What a probe itself found wrong. `message` is shown to operators: no host names, addresses, users or secrets. */
export class ProbeFailure extends Error {
  override readonly name = 'ProbeFailure'
  readonly reason: FailureReason

  constructor(reason: FailureReason, message: string) {
    super(message)
    this.reason = reason
  }
}

/** Reasons that lie with the prober and say nothing about the target. */
const OWN_FAULTS: ReadonlySet<FailureReason> = new Set(['network', 'credentials', 'configuration'])

const LATE: Failure = { reason: 'timeout', message: 'There was no answer in time' }
const UNKNOWN: Failure = {
  reason: 'unexpected',
  message: 'The check failed for a reason that it does not know',
}

/** Errors name their causes; deeper than this there is nothing worth reading. */
const MAX_DEPTH = 5

/**
 * Turns anything that a probe threw into a failed outcome. Its message comes from a closed table and never holds text
 * of the error itself.
 * @param error a `ProbeFailure`, an error of node:net, node:tls, node:dns or fetch, of `pg`, or of the AWS SDK
 * @param latencyMs how long the attempt took
 * @param signal the attempt's own: what fails after the deadline failed because of it
 */
export function failedOutcome(
  error: unknown,
  latencyMs: number,
  signal: AbortSignal,
): Extract<ProbeOutcome, { ok: false }> {
  const { reason, message } = signal.aborted ? LATE : (explain(error, 0) ?? UNKNOWN)
  return { ok: false, latencyMs, reason, message }
}

function explain(error: unknown, depth: number): Failure | undefined {
  if (!(error instanceof Error) || depth > MAX_DEPTH) return undefined
  if (error instanceof ProbeFailure) return error
  if (error instanceof AggregateError) return explainAll(error.errors, depth + 1)
  return explainOne(error) ?? explain(error.cause, depth + 1)
}

/**
 * Connecting to a host with several addresses fails once an address. A verdict about the target on one of them outweighs
 * a fault of our own on another: an IPv6 address that we have no route to must not hide a refused IPv4 connection.
 */
function explainAll(errors: readonly unknown[], depth: number): Failure | undefined {
  const failures = errors.map((error) => explain(error, depth)).filter((failure) => failure !== undefined)
  return failures.find((failure) => !OWN_FAULTS.has(failure.reason)) ?? failures[0]
}

function explainOne(error: Error): Failure | undefined {
  const code = property(error, 'code')
  const known = typeof code === 'string' ? explainCode(code, error) : undefined
  return known ?? KNOWN_ERRORS.get(error.name) ?? explainStatus(error)
}

function explainCode(code: string, error: Error): Failure | undefined {
  if (typeof property(error, 'severity') === 'string') return explainSqlState(code)
  return KNOWN_ERRORS.get(code) ?? KNOWN_PREFIXES.find(([prefix]) => code.startsWith(prefix))?.[1]
}

function explainSqlState(code: string): Failure {
  const known = KNOWN_SQL_STATES.get(code) ?? KNOWN_SQL_STATES.get(code.slice(0, 2))
  return known ?? { reason: 'unexpected', message: 'The database answered with an error' }
}

function explainStatus(error: Error): Failure | undefined {
  const status = httpStatusOf(error)
  if (status === undefined) return undefined
  return KNOWN_AWS_STATUSES.get(String(status)) ?? KNOWN_AWS_STATUSES.get(String(status).charAt(0))
}

/** The HTTP status that an AWS SDK error carries; undefined when there was no reply. */
export function httpStatusOf(error: unknown): number | undefined {
  const status = property(property(error, '$metadata'), 'httpStatusCode')
  return typeof status === 'number' ? status : undefined
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined
}
