import { auditActorPartition, auditDayPartition, auditPartition, type AuditEvent } from '../kernel/audit.ts'
import type { Cursors } from '../kernel/cursor.ts'
import type { Table } from '../kernel/table/table.ts'
import type { Page } from '../kernel/table/types.ts'

const DAY_MS = 24 * 3_600_000
const PAGE = 200

/** What a list of audit events is filtered by. Times are milliseconds since the epoch. */
export interface AuditFilter {
  readonly entity?: string | undefined
  readonly actor?: string | undefined
  readonly fromMs: number
  readonly toMs: number
}

export interface AuditPage {
  readonly events: readonly AuditEvent[]
  readonly nextCursor?: string
}

type Position = Readonly<Record<string, unknown>>

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const iso = (ms: number): string => new Date(ms).toISOString()
/** Sorts after every sort key of the same moment. */
const AFTER = '~'

/** Which partition answers a filter, one day at a time where neither entity nor actor is given. */
function partitionsOf({ entity, actor, fromMs, toMs }: AuditFilter): readonly string[] {
  if (entity !== undefined) return [auditPartition(entity)]
  if (actor !== undefined) return [auditActorPartition(actor)]
  const days = Math.floor(toMs / DAY_MS) - Math.floor(fromMs / DAY_MS) + 1
  return Array.from({ length: days }, (_, index) => auditDayPartition(dayOf(toMs - index * DAY_MS)))
}

function readPartition(
  table: Table,
  filter: AuditFilter,
  partition: string,
  limit: number,
  startAfter: Position | undefined,
): Promise<Page<AuditEvent>> {
  const paging = { partition, limit, newestFirst: true, ...(startAfter === undefined ? {} : { startAfter }) }
  if (filter.entity !== undefined) {
    return table.query<AuditEvent>({
      ...paging,
      ...(filter.actor === undefined ? {} : { where: { gsi2pk: auditActorPartition(filter.actor) } }),
    })
  }
  const index = filter.actor === undefined ? 'gsi1' : 'gsi2'
  return table.query<AuditEvent>({
    ...paging,
    index,
    sortBetween: [iso(filter.fromMs), `${iso(filter.toMs)}${AFTER}`],
  })
}

/** One page, newest first. */
export async function listAudit(
  table: Table,
  filter: AuditFilter,
  limit: number,
  cursors: Cursors,
  cursor?: string,
): Promise<AuditPage> {
  const scope = `audit ${filter.entity ?? ''} ${filter.actor ?? ''}`
  const resumed = cursor === undefined ? {} : cursors.open(cursor, scope)
  const partitions = partitionsOf(filter)
  let index = Math.max(0, partitions.indexOf(String(resumed['partition'])))
  let startAfter = positionIn(resumed)
  const events: AuditEvent[] = []
  for (;;) {
    const partition = partitions[index]
    if (partition === undefined) return { events }
    const page = await readPartition(table, filter, partition, limit - events.length, startAfter)
    events.push(
      ...page.items.filter(({ at }) => Date.parse(at) >= filter.fromMs && Date.parse(at) <= filter.toMs),
    )
    startAfter = page.next
    if (page.next === undefined) index += 1
    const more = index < partitions.length
    if (events.length >= limit && more) {
      const position = { partition: partitions[index], ...(startAfter === undefined ? {} : { startAfter }) }
      return { events, nextCursor: cursors.seal(position, scope) }
    }
    if (!more) return { events }
  }
}

const positionIn = (resumed: Position): Position | undefined =>
  typeof resumed['startAfter'] === 'object' && resumed['startAfter'] !== null
    ? { ...resumed['startAfter'] }
    : undefined

/** All events of a day, for its head. */
export async function eventsOfDay(table: Table, day: string): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = []
  let startAfter: Position | undefined
  do {
    const page: Page<AuditEvent> = await table.query<AuditEvent>({
      index: 'gsi1',
      partition: auditDayPartition(day),
      limit: PAGE,
      ...(startAfter === undefined ? {} : { startAfter }),
    })
    events.push(...page.items)
    startAfter = page.next
  } while (startAfter !== undefined)
  return events
}
