import { alertStore } from '../../shared/alerts/store.ts'
import { openContainer } from '../../shared/kernel/container.ts'
import { scheduled } from '../../shared/kernel/job.ts'
import { count } from '../../shared/kernel/metrics.ts'
import type { ScheduleEvent } from '../../shared/kernel/route.ts'
import { platformNamed } from '../../shared/platforms/index.ts'
import { blockStore } from '../../shared/rate-limits/block-store.ts'
import { LimitSetReader } from '../../shared/rate-limits/limit-set.ts'
import { sweepLimits, type Sweeper } from '../../shared/violations/sweep.ts'

/** Makes the dependencies of the sweep. */
export async function sweepDeps(): Promise<Sweeper> {
  const { env, effects, table } = openContainer()
  const platform = platformNamed(env.MIDWATCH_PLATFORM)
  return {
    table,
    effects,
    sets: new LimitSetReader(table, platform.rateLimits, effects),
    blocks: blockStore(table, effects),
    alerts: alertStore(table, effects, platform.name),
  }
}

/** Blocks whoever was denied too often, and ends what has run out. */
export async function sweep(_event: ScheduleEvent, sweeper: Sweeper): Promise<void> {
  const { blocked } = await sweepLimits(sweeper)
  if (blocked > 0) count('CallersBlocked', blocked)
}

export const handler = scheduled('violations-sweep', sweep, sweepDeps)
