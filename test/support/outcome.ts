import type { CheckKind, TargetOf } from '../../shared/health/check.ts'
import { failedOutcome } from '../../shared/health/failure.ts'
import type { Probe, ProbeOutcome, ProbeServices } from '../../shared/health/probe.ts'
import { attempt, services } from './attempt.ts'

/** What the prober would record: the outcome that a probe returns, or the one that its error stands for. */
export async function outcomeOf<K extends CheckKind>(
  probe: Probe<K>,
  target: TargetOf<K>,
  { timeoutMs = 5_000, ...overrides }: Partial<ProbeServices> & { timeoutMs?: number } = {},
): Promise<ProbeOutcome> {
  const current = attempt(timeoutMs)
  try {
    return await probe(target, current, services(overrides))
  } catch (error) {
    return failedOutcome(error, 0, current.signal)
  }
}
