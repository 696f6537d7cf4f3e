import { SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import { scheduled } from '../../shared/kernel/job.ts'
import { count } from '../../shared/kernel/metrics.ts'
import type { ScheduleEvent } from '../../shared/kernel/route.ts'
import type { DueCheck } from '../../shared/prober/run-batch.ts'
import { batchesOf, dueChecks, readyChecks } from '../../shared/prober/tick.ts'
import { proberDeps, type ProberDeps } from './deps.ts'
import { runAndReport } from './run-and-report.ts'

/** More checks than this fan out through the queue, this many a message. */
const BATCH_CHECKS = 50
/** What one request to SQS takes. */
const MESSAGES_A_REQUEST = 10

async function fanOut(
  { sqs }: ProberDeps,
  QueueUrl: string,
  due: readonly DueCheck[],
  scheduledAt: string,
): Promise<void> {
  const messages = batchesOf(due, BATCH_CHECKS).map((batch, index) => ({
    Id: String(index),
    MessageBody: JSON.stringify({ scheduledAt, checks: batch.map(({ check }) => check.id) }),
  }))
  for (const Entries of batchesOf(messages, MESSAGES_A_REQUEST)) {
    const answer = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [...Entries] }))
    if (answer.Failed !== undefined && answer.Failed.length > 0)
      throw new Error('A batch of checks was not queued.')
  }
}

/**
 * Runs the checks that are due: few of them here, many of them through the queue. A prober without a queue (the one in
 * a private network) runs all of them here.
 */
export async function tick({ scheduledAt }: ScheduleEvent, deps: ProberDeps): Promise<void> {
  const { env } = deps.container
  const ready = readyChecks(deps.platform, env.MIDWATCH_VANTAGE, env.settings)
  const due = dueChecks(ready, Date.parse(scheduledAt), env.MIDWATCH_TICK_SECONDS)
  count('TicksRun')
  const queueUrl = env.MIDWATCH_PROBE_QUEUE_URL
  if (queueUrl !== undefined && due.length > BATCH_CHECKS) await fanOut(deps, queueUrl, due, scheduledAt)
  else await runAndReport(deps, due, scheduledAt)
}

export const handler = scheduled('prober-tick', tick, async () => proberDeps())
