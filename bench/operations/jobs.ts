import { S3Client } from '@aws-sdk/client-s3'
import { publishHeads } from '../../functions/audit/publish-heads.ts'
import { outboxDeps } from '../../functions/outbox/deps.ts'
import { publish } from '../../functions/outbox/publish.ts'
import { sweep } from '../../functions/outbox/sweep.ts'
import { batch } from '../../functions/prober/batch.ts'
import { openContainer } from '../../shared/kernel/container.ts'
import { required } from '../../shared/kernel/env.ts'
import { PENDING_PARTITION, type OutboxRow } from '../../shared/kernel/outbox.ts'
import { systemEffects } from '../../shared/kernel/effects.ts'
import { fixedProber, tcpPlatform, type FixedProber } from '../fixed-prober.ts'
import { measureJob, type Measure } from './measure.ts'
import { violationJobs } from './violation-jobs.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** Ten past, so that the ticks before and after fall into the same hour. */
const START_MS = Date.parse('2026-02-15T12:10:00.000Z')
/** A state remembers its last 21 results; from then on its size stays the same. */
const TICKS_TO_FULL_SIZE = 21

async function tickTimes(prober: FixedProber, fromMs: number, count: number): Promise<number> {
  for (let index = 0; index < count; index += 1) await prober.tickAt(fromMs + index * MINUTE_MS)
  return fromMs + count * MINUTE_MS
}

async function tickOperations(measure: Measure, measureBatch: Measure): Promise<void> {
  const twenty = fixedProber(tcpPlatform('twenty', 20))
  await measure('tick: 20 checks, first results', () => twenty.tickAt(START_MS))
  const secondMs = START_MS + MINUTE_MS
  await measure('tick: 20 checks', () => twenty.tickAt(secondMs))
  await measure('tick: 20 checks, repeated', () => twenty.tickAt(secondMs))
  const thirdMs = secondMs + MINUTE_MS
  twenty.setClock(thirdMs)
  const checks = twenty.deps.platform.checks.map(({ id }) => id)
  const message = { scheduledAt: new Date(thirdMs).toISOString(), checks }
  await measureBatch('batch: 20 checks', () => batch(message, twenty.deps))
}

/** One check alone; every tick reads and writes the prober's own state beside it. */
async function checkOperations(measure: Measure): Promise<void> {
  const lone = fixedProber(tcpPlatform('lone', 1))
  let at = await tickTimes(lone, START_MS + DAY_MS, TICKS_TO_FULL_SIZE)
  const tick = (name: string) => measure(`tick: one check ${name}`, () => lone.tickAt((at += MINUTE_MS)))
  await tick('stays healthy')
  lone.targetsUp(false)
  await tick('becomes unhealthy')
  await tick('stays unhealthy')
  lone.targetsUp(true)
  await tick('is good once')
  await tick('recovers')
  at = START_MS + DAY_MS + 60 * MINUTE_MS
  await tick('rolls up an hour')
}

async function pendingRows(): Promise<readonly OutboxRow[]> {
  const { table } = openContainer()
  const page = await table.query<OutboxRow>({ index: 'gsi1', partition: PENDING_PARTITION, limit: 100 })
  return page.items
}

/** Publishes what the checks have left in the outbox. */
async function outboxOperations(measure: Measure, measureSweep: Measure): Promise<void> {
  const event = { schedule: 'outbox-sweep', scheduledAt: new Date(START_MS).toISOString() }
  const publisher = await outboxDeps()
  const later = { ...publisher, effects: { ...systemEffects, now: () => START_MS + 2 * DAY_MS } }
  const [first, second, ...others] = await pendingRows()
  if (first === undefined || second === undefined) throw new Error('There are two messages to publish.')
  for (const row of others) await publish(row, publisher)
  await measure('outbox: publish a message', () => publish(first, publisher))
  await measureSweep('outbox: sweep, one message left', () => sweep(event, later))
  await measureSweep('outbox: sweep, nothing to do', () => sweep(event, later))
}

async function headOperations(measure: Measure): Promise<void> {
  const container = openContainer()
  const heads = {
    s3: new S3Client({ forcePathStyle: true }),
    bucket: required(container.env, 'MIDWATCH_AUDIT_BUCKET'),
  }
  const publishAt = (ms: number) =>
    publishHeads(
      { schedule: 'audit-publish-heads', scheduledAt: new Date(ms).toISOString() },
      { ...container, heads, effects: { ...systemEffects, now: () => ms } },
    )
  await publishAt(START_MS + DAY_MS)
  await measure('audit: publish the head of a day', () => publishAt(START_MS + 2 * DAY_MS))
  await measure('audit: publish heads, nothing to do', () => publishAt(START_MS + 2 * DAY_MS))
}

/** What schedules and consumers do. */
export async function jobOperations(measure: Measure): Promise<void> {
  const job = (name: string) => measureJob(measure, name)
  await tickOperations(job('prober-tick'), job('prober-batch'))
  await checkOperations(job('prober-tick'))
  await outboxOperations(job('outbox-publish'), job('outbox-sweep'))
  await headOperations(job('audit-publish-heads'))
  await violationJobs(measure, job('violations-sweep'))
}
