import { auditPartition, auditSortKey, type AuditEvent } from '../kernel/audit.ts'
import type { Cursors } from '../kernel/cursor.ts'
import type { Table } from '../kernel/table/table.ts'

/** One page of an entity's history, newest first. */
export interface HistoryPage {
  readonly events: readonly AuditEvent[]
  readonly nextCursor?: string
}

/**
 * The history of an entity whose every version is one audit event: the chain itself, so that the two cannot differ.
 * @param entity as in the events, e.g. `feature-flag:new_player`
 */
export async function readHistory(
  table: Table,
  entity: string,
  limit: number,
  cursors: Cursors,
  cursor?: string,
): Promise<HistoryPage> {
  const scope = `history ${entity}`
  const page = await table.query<AuditEvent>({
    partition: auditPartition(entity),
    newestFirst: true,
    consistent: true,
    limit,
    ...(cursor === undefined ? {} : { startAfter: cursors.open(cursor, scope) }),
  })
  return {
    events: page.items,
    ...(page.next === undefined ? {} : { nextCursor: cursors.seal(page.next, scope) }),
  }
}

/** The event that made a version of an entity; `undefined` when there is no such version. */
export const eventOfVersion = (
  table: Table,
  entity: string,
  version: number,
): Promise<AuditEvent | undefined> =>
  table.get<AuditEvent>({ pk: auditPartition(entity), sk: auditSortKey(version) })
