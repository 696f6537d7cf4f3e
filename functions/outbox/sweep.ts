import { scheduled } from '../../shared/kernel/job.ts'
import { errorFields, log } from '../../shared/kernel/log.ts'
import { count } from '../../shared/kernel/metrics.ts'
import type { ScheduleEvent } from '../../shared/kernel/route.ts'
import { sweepOutbox, type Publisher } from '../../shared/outbox/publish.ts'
import { outboxDeps } from './deps.ts'

/** Publishes what the stream has left behind. Rows that fail again stay for the next sweep; their age is a metric. */
export async function sweep(_event: ScheduleEvent, publisher: Publisher): Promise<void> {
  const report = await sweepOutbox(publisher)
  count('OutboxSwept', report.published)
  count('OutboxOldestAge', report.oldestAgeMs / 1000)
  for (const failure of report.failures) log.error('outbox row not published', errorFields(failure))
}

export const handler = scheduled('outbox-sweep', sweep, outboxDeps)
