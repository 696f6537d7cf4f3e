import { sweep, sweepDeps } from '../../functions/violations/sweep.ts'
import { openContainer } from '../../shared/kernel/container.ts'
import { systemEffects } from '../../shared/kernel/effects.ts'
import { LimitSetReader } from '../../shared/rate-limits/limit-set.ts'
import { RateLimitRule } from '../../shared/rate-limits/rule.ts'
import { makeRecorder } from '../../shared/violations/recorder.ts'
import type { Measure } from './measure.ts'

/** A time of its own: no other operation leaves blocks or violations there. */
const NOW_MS = Date.parse('2026-03-01T12:10:00.000Z')
const BLOCK_SECONDS = 3_600

const rule = RateLimitRule.parse({
  name: 'bench_blocks',
  scope: 'user',
  windows: [{ limit: 1, windowSeconds: 60 }],
  autoBlock: { violationsPerHour: 2, blockSeconds: BLOCK_SECONDS },
})

/** Recording denials, and what the sweep makes of them. */
export async function violationJobs(measure: Measure, measureSweep: Measure): Promise<void> {
  const { table } = openContainer()
  let nowMs = NOW_MS
  const effects = { ...systemEffects, now: () => nowMs }
  const recorder = makeRecorder(table, effects)
  const denial = { rule: rule.name, scope: 'user', identifier: 'user-1', shadow: false, at: nowMs } as const
  await measure('violations: the first denial of a minute', () => recorder.record(denial))
  await measure('violations: a denial after it', () => recorder.record(denial))
  await measure('violations: a minute is over', () => recorder.flush())

  const base = await sweepDeps()
  const run = () =>
    sweep(
      { schedule: 'violations-sweep', scheduledAt: new Date(nowMs).toISOString() },
      { ...base, effects, sets: new LimitSetReader(table, [rule], effects) },
    )
  await measureSweep('violations: sweep, block a caller', run)
  await measureSweep('violations: sweep, nothing to do', run)
  nowMs += BLOCK_SECONDS * 1000
  await measureSweep('violations: sweep, a block has run out', run)
}
