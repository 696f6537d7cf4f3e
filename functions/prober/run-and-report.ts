import { count } from '../../shared/kernel/metrics.ts'
import { recordProber } from '../../shared/prober/prober-state.ts'
import { runBatch, type DueCheck } from '../../shared/prober/run-batch.ts'
import type { ProberDeps } from './deps.ts'

/** A tick's function may run for 55 s; what it starts ends before that. */
const DEADLINE_MS = 50_000

/**
 * Runs a batch, records the prober's own state and counts what happened.
 * @param scheduledAt the tick that the batch belongs to, ISO 8601
 */
export async function runAndReport(
  deps: ProberDeps,
  due: readonly DueCheck[],
  scheduledAt: string,
): Promise<void> {
  const { runner, container } = deps
  const startedMs = container.effects.monotonicMs()
  const { results, impaired } = await runBatch(runner, due, startedMs + DEADLINE_MS)
  await recordProber(runner, container.env.MIDWATCH_VANTAGE, impaired, Date.parse(scheduledAt))
  count('ChecksRun', results.length)
  count('ChecksFailed', results.filter((result) => result.grade === 'failed').length)
  count('ChecksInconclusive', results.filter((result) => result.grade === 'inconclusive').length)
  count('TickDuration', container.effects.monotonicMs() - startedMs)
}
