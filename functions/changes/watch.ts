import { alertStore } from '../../shared/alerts/store.ts'
import { changeStore } from '../../shared/changes/store.ts'
import { sweepChanges, type ChangeSweeper } from '../../shared/changes/sweep.ts'
import { openContainer } from '../../shared/kernel/container.ts'
import { scheduled } from '../../shared/kernel/job.ts'
import { count } from '../../shared/kernel/metrics.ts'
import type { ScheduleEvent } from '../../shared/kernel/route.ts'
import { platformNamed } from '../../shared/platforms/index.ts'
import { makeAppliers } from './appliers.ts'

/** Makes the dependencies of the watch. */
export async function watchDeps(): Promise<ChangeSweeper> {
  const { env, effects, table } = openContainer()
  const platform = platformNamed(env.MIDWATCH_PLATFORM)
  const alerts = alertStore(table, effects, platform.name)
  return {
    changes: changeStore(table, effects),
    alerts,
    appliers: makeAppliers({ table, effects, platform, alerts }),
    effects,
    platformName: platform.name,
  }
}

/** Takes back watched changes whose alert has opened, and closes what nobody has approved in time. */
export async function watch(_event: ScheduleEvent, sweeper: ChangeSweeper): Promise<void> {
  const { reverted } = await sweepChanges(sweeper)
  if (reverted > 0) count('ChangesReverted', reverted)
}

export const handler = scheduled('changes-watch', watch, watchDeps)
