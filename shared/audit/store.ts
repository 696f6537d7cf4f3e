import { auditActorPartition, auditDayPartition, auditPartition, type AuditEvent } from '../kernel/audit.ts'
import type { Cursors } from '../kernel/cursor.ts'
import { readAll } from '../kernel/table/read-all.ts'
import type { Table } from '../kernel/table/table.ts'
import type { Page } from '../kernel/table/types.ts'

const DAY_MS = 24 * 3_600_000

/** Milliseconds since the epoch; both ends are included. */
interface Range {
  readonly fromMs: number
  readonly toMs: number
}

/** What a list of audit events is filtered by. */
export interface AuditFilter extends Range {
  readonly entity?: string | undefined
  readonly actor?: string | undefined
  /** The range in the caller's own words, which stay the same from page to page while "the last 30 days" move on. */
  readonly asked: readonly [from: string | undefined, to: string | undefined]
}

export interface AuditPage {
  readonly events: readonly AuditEvent[]
  readonly nextCursor?: string
}

type StartAfter = NonNullable<Page<unknown>['next']>

/** Where a list stands, and the range that its first page had. */
interface Position extends Range {
  readonly partition: string
  readonly startAfter?: StartAfter
}

/** What this list sealed, it can trust. */
const asPosition = (sealed: unknown) => sealed as Position

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
  startAfter: StartAfter | undefined,
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

/** One page, newest first. Later pages keep the range of the first. */
export async function listAudit(
  table: Table,
  filter: AuditFilter,
  limit: number,
  cursors: Cursors,
  cursor?: string,
): Promise<AuditPage> {
  const scope = `audit ${JSON.stringify([filter.entity, filter.actor, ...filter.asked])}`
  const resumed = cursor === undefined ? undefined : asPosition(cursors.open(cursor, scope))
  const { fromMs, toMs } = resumed ?? filter
  const within = { ...filter, fromMs, toMs }
  const partitions = partitionsOf(within)
  let index = resumed === undefined ? 0 : partitions.indexOf(resumed.partition)
  let startAfter = resumed?.startAfter
  const events: AuditEvent[] = []
  for (let partition = partitions[index]; partition !== undefined; partition = partitions[index]) {
    if (events.length >= limit) {
      const position = { fromMs, toMs, partition, ...(startAfter === undefined ? {} : { startAfter }) }
      return { events, nextCursor: cursors.seal(position, scope) }
    }
    const page = await readPartition(table, within, partition, limit - events.length, startAfter)
    events.push(...page.items.filter(({ at }) => Date.parse(at) >= fromMs && Date.parse(at) <= toMs))
    startAfter = page.next
    if (startAfter === undefined) index += 1
  }
  return { events }
}

/** All events of a day, for its head. */
export const eventsOfDay = (table: Table, day: string): Promise<readonly AuditEvent[]> =>
  readAll<AuditEvent>(table, { index: 'gsi1', partition: auditDayPartition(day) })
