import type { Check, CheckKind, TargetOf } from '../health/check.ts'
import { failedOutcome, ProbeFailure } from '../health/failure.ts'
import type { Probe, ProbeOutcome, ProbeServices } from '../health/probe.ts'

/** The probes by kind; `probes/index.ts` in production, others in tests. */
export type Probes = { readonly [K in CheckKind]: Probe<K> }

/** A check whose settings are filled in. */
export interface ReadyCheck {
  readonly check: Check
  readonly target: TargetOf<CheckKind>
}

/** The registry pairs kinds with targets; a look-up by a kind that is only known at run time loses that pairing. */
const probeOf = (probes: Probes, kind: CheckKind) => probes[kind] as Probe<CheckKind>

/** A probe that ignores its signal is given up this long after its time is over. */
const GRACE_MS = 250

/**
 * Makes one attempt, which ends within the check's timeout whatever the target does.
 * @returns the outcome; never throws
 */
export async function attemptCheck(
  { check, target }: ReadyCheck,
  probes: Probes,
  services: ProbeServices,
): Promise<ProbeOutcome> {
  const { effects } = services
  const deadline = new AbortController()
  const done = new AbortController()
  const startedMs = effects.monotonicMs()
  const elapsedMs = () => Math.round((effects.monotonicMs() - startedMs) * 100) / 100
  const timer = effects.wait(check.timeoutMs, done.signal).then(() => {
    deadline.abort(new ProbeFailure('timeout', 'There was no answer in time'))
    return effects.wait(GRACE_MS, done.signal)
  })
  const givenUp = timer.then(() => failedOutcome(deadline.signal.reason, elapsedMs(), deadline.signal))
  const attempt = { checkId: check.id, timeoutMs: check.timeoutMs, signal: deadline.signal }
  const probe = async () => probeOf(probes, check.kind)(target, attempt, services)
  const outcome = probe().catch((error: unknown) => failedOutcome(error, elapsedMs(), deadline.signal))
  try {
    return await Promise.race([outcome, givenUp])
  } finally {
    givenUp.catch(() => undefined)
    done.abort()
  }
}
