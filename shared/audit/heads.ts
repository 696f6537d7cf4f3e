import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { Effects } from '../kernel/effects.ts'
import { ENTITIES } from '../kernel/grants.ts'
import { unchangedSince } from '../kernel/table/unchanged.ts'
import type { Table } from '../kernel/table/table.ts'
import { eventsOfDay } from './store.ts'
import { headOf, type AuditHead } from './verify.ts'

/** Where heads are published. */
export interface HeadBucket {
  readonly s3: S3Client
  readonly bucket: string
}

const DAY_MS = 24 * 3_600_000
/** A function that began before midnight has committed by then. */
const SETTLE_MS = 5 * 60_000

const LATEST = { pk: `${ENTITIES.audit}HEADS`, sk: 'LATEST' }
const PREFIX = 'audit-heads/'

interface StoredLatest {
  readonly version: number
  readonly head: AuditHead
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** The days that have ended and have no head yet, oldest first. */
export function daysDue(latestDay: string | undefined, nowMs: number): readonly string[] {
  const lastEnded = Math.floor((nowMs - SETTLE_MS) / DAY_MS) - 1
  const first = latestDay === undefined ? lastEnded : Date.parse(latestDay) / DAY_MS + 1
  return Array.from({ length: Math.max(0, lastEnded - first + 1) }, (_, index) =>
    dayOf((first + index) * DAY_MS),
  )
}

/**
 * Publishes the head of every day that has ended, each as an object of its own. A crash between publishing and
 * remembering publishes the same bytes again.
 * @returns the days that were published
 */
export async function publishHeads(
  table: Table,
  { s3, bucket }: HeadBucket,
  effects: Effects,
): Promise<readonly string[]> {
  let latest = await table.get<StoredLatest>(LATEST)
  const days = daysDue(latest?.head.day, effects.now())
  for (const day of days) {
    const head = headOf(day, await eventsOfDay(table, day), latest?.head)
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `${PREFIX}${day}.json`,
        Body: JSON.stringify(head),
        ContentType: 'application/json',
      }),
    )
    const version = (latest?.version ?? 0) + 1
    const expect = unchangedSince(latest?.version)
    const result = await table.commit(
      [{ kind: 'put', item: { ...LATEST, version, head }, expect }],
      effects.id(),
    )
    if (!result.committed) throw new Error('Another invocation is publishing heads.')
    latest = { version, head }
  }
  return days
}

/** Reads every published head. */
export async function readHeads({ s3, bucket }: HeadBucket): Promise<readonly AuditHead[]> {
  const heads: AuditHead[] = []
  let ContinuationToken: string | undefined
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: PREFIX, ContinuationToken }),
    )
    for (const { Key } of page.Contents ?? []) {
      const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }))
      heads.push(parseHead(await object.Body?.transformToString()))
    }
    ContinuationToken = page.NextContinuationToken
  } while (ContinuationToken !== undefined)
  return heads
}

/** Heads are what `publishHeads` wrote; `verifyAudit` finds out whether that is still so. */
const parseHead = (text: string | undefined) => JSON.parse(text ?? '{}') as AuditHead
