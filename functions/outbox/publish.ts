import { streamConsumer } from '../../shared/kernel/job.ts'
import { count } from '../../shared/kernel/metrics.ts'
import type { OutboxRow } from '../../shared/kernel/outbox.ts'
import { publishRow, type Publisher } from '../../shared/outbox/publish.ts'
import { outboxDeps } from './deps.ts'

/** Publishes a new outbox row. */
export async function publish(row: OutboxRow, publisher: Publisher): Promise<void> {
  await publishRow(publisher, row)
  count('AlertsPublished')
}

export const handler = streamConsumer('outbox-publish', publish, outboxDeps)
