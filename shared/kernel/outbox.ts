import { ENTITIES } from './grants.ts'
import type { Write } from './table/types.ts'

/** A message on its way to a topic: written in the transaction of its cause, published by the outbox consumer. */
export interface OutboxRow {
  /** Stable over retries; receivers drop repeats by it. */
  readonly id: string
  readonly topic: string
  /** What an e-mail is titled. */
  readonly subject: string
  readonly body: Readonly<Record<string, unknown>>
  readonly attributes: Readonly<Record<string, string>>
  /** Milliseconds since the epoch. */
  readonly createdAt: number
}

/** The index partition of rows that are not delivered yet. */
export const PENDING_PARTITION = `${ENTITIES.outbox}PENDING`

const SORT_KEY = 'ROW'
/** How long a delivered row is kept, for people who ask whether a message went out. */
const KEEP_SECONDS = 7 * 24 * 3600

const keyOf = (id: string) => ({ pk: `${ENTITIES.outbox}${id}`, sk: SORT_KEY })

/** The write that puts a message into the outbox. */
export function outboxWrite(message: OutboxRow): Write {
  const item = {
    ...keyOf(message.id),
    gsi1pk: PENDING_PARTITION,
    gsi1sk: `${new Date(message.createdAt).toISOString()}#${message.id}`,
    ...message,
  }
  return { kind: 'put', item, expect: { absent: true } }
}

/** The write that marks a message as delivered; it leaves the index of pending ones. */
export const deliveredWrite = (id: string, nowMs: number): Write => ({
  kind: 'update',
  key: keyOf(id),
  set: { deliveredAt: nowMs, expiresAt: Math.ceil(nowMs / 1000) + KEEP_SECONDS },
  remove: ['gsi1pk', 'gsi1sk'],
  expect: { present: true },
})
