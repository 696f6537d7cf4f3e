import * as z from 'zod'
import { Slug } from '../../shared/health/check.ts'
import { queueConsumer } from '../../shared/kernel/job.ts'
import { dueChecks, readyChecks } from '../../shared/prober/tick.ts'
import { proberDeps, type ProberDeps } from './deps.ts'
import { runAndReport } from './run-and-report.ts'

/** What `tick` puts into the queue. */
const Batch = z.strictObject({ scheduledAt: z.iso.datetime(), checks: z.array(Slug) })

/** Runs one batch of a tick that was fanned out. */
export async function batch(body: unknown, deps: ProberDeps): Promise<void> {
  const { scheduledAt, checks } = Batch.parse(body)
  const { env } = deps.container
  const ready = readyChecks(deps.platform, env.MIDWATCH_VANTAGE, env.settings)
  const due = dueChecks(ready, Date.parse(scheduledAt), env.MIDWATCH_TICK_SECONDS)
  const wanted = new Set(checks)
  await runAndReport(
    deps,
    due.filter(({ check }) => wanted.has(check.id)),
    scheduledAt,
  )
}

export const handler = queueConsumer('prober-batch', batch, async () => proberDeps())
