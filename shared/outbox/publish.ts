import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import { deliveredWrite, PENDING_PARTITION, type OutboxRow } from '../kernel/outbox.ts'
import type { Effects } from '../kernel/effects.ts'
import type { Table } from '../kernel/table/table.ts'

/** What publishing needs. */
export interface Publisher {
  readonly sns: SNSClient
  readonly table: Table
  readonly effects: Effects
  /** Topic ARNs by severity. */
  readonly topicArns: Readonly<Record<string, string>>
}

/** SNS subjects are at most 100 characters of ASCII. */
const subjectOf = (row: OutboxRow): string => row.subject.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 100)

const attributesOf = (attributes: OutboxRow['attributes']) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  )

/**
 * Publishes one row, then marks it as delivered. A crash between the two publishes it again: the same id, so that
 * receivers can drop it; never zero times.
 * @throws when the topic does not accept it, or the mark could not be written
 */
export async function publishRow(
  { sns, table, effects, topicArns }: Publisher,
  row: OutboxRow,
): Promise<void> {
  const TopicArn = topicArns[row.topic]
  if (TopicArn === undefined) throw new Error(`There is no topic for "${row.topic}".`)
  await sns.send(
    new PublishCommand({
      TopicArn,
      Subject: subjectOf(row),
      Message: JSON.stringify(row.body),
      MessageAttributes: attributesOf({ ...row.attributes, id: row.id }),
    }),
  )
  await table.commit([deliveredWrite(row.id, effects.now())], effects.id())
}

/** Rows younger than this are the stream's business. */
export const SWEEP_AFTER_MS = 60_000
/** How many rows one sweep takes on; the rest waits for the next. */
const SWEEP_ROWS = 500
const AT_ONCE = 10
/** A sweep against a topic that does not answer ends before its function does, so that it can still report. */
const SWEEP_BUDGET_MS = 35_000

/** What a sweep did. Rows beyond its time are neither published nor failed; the next one begins with them. */
export interface SweepReport {
  readonly published: number
  readonly failures: readonly unknown[]
  /** Age of the oldest row that was not delivered when the sweep began, in milliseconds; 0 when there was none. */
  readonly oldestAgeMs: number
}

/** Publishes the rows that the stream has not delivered in time, oldest first. */
export async function sweepOutbox(publisher: Publisher): Promise<SweepReport> {
  const { table, effects } = publisher
  const before = effects.now() - SWEEP_AFTER_MS
  const page = await table.query<OutboxRow>({
    index: 'gsi1',
    partition: PENDING_PARTITION,
    // Not '': DynamoDB takes no empty key. Every time of this era sorts after "0".
    sortBetween: ['0', new Date(before).toISOString()],
    limit: SWEEP_ROWS,
  })
  const rows = [...page.items]
  const oldest = rows[0]
  const oldestAgeMs = oldest === undefined ? 0 : effects.now() - oldest.createdAt
  const endMs = effects.monotonicMs() + SWEEP_BUDGET_MS
  const settled: PromiseSettledResult<void>[] = []
  while (rows.length > 0 && effects.monotonicMs() < endMs) {
    const batch = rows.splice(0, AT_ONCE).map((row) => publishRow(publisher, row))
    settled.push(...(await Promise.allSettled(batch)))
  }
  const failures = settled.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  return { published: settled.length - failures.length, failures, oldestAgeMs }
}
