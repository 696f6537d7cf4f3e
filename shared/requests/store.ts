import type { AccessRecord } from '../kernel/http/exchange.ts'
import type { Cursors } from '../kernel/cursor.ts'
import type { Effects } from '../kernel/effects.ts'
import { ENTITIES } from '../kernel/grants.ts'
import type { Table } from '../kernel/table/table.ts'
import type { Write } from '../kernel/table/types.ts'
import type { ReportedRequest } from './contract.ts'

/** A slow request as it is stored. `at` is milliseconds since the epoch. */
export interface SlowRequest {
  readonly at: number
  readonly service: string
  readonly route: string
  readonly durationMs: number
  readonly status: number
  readonly requestId?: string
}

const HOUR_MS = 3_600_000
/** How long a slow request is remembered. */
export const KEPT_MS = 7 * 24 * HOUR_MS
/** How Midwatch's own requests are told from those of other services. */
const OWN_SERVICE = 'midwatch'

/** One partition an hour, so that a list reads only the hours that it shows. */
const partitionOf = (at: number): string =>
  `${ENTITIES['slow-request']}${new Date(at).toISOString().slice(0, 13)}`

const writeOf = (request: SlowRequest, id: string): Write => ({
  kind: 'put',
  item: {
    pk: partitionOf(request.at),
    sk: `${new Date(request.at).toISOString()}#${id}`,
    ...request,
    expiresAt: Math.ceil((request.at + KEPT_MS) / 1000),
  },
  expect: { anything: true },
})

/** Where a list stands: which hour, and where in it. Later pages begin their last hour where the first page did. */
interface Position {
  readonly fromMs: number
  readonly hour: number
  readonly startAfter?: Readonly<Record<string, unknown>>
}

/** What this list sealed, it can trust. */
const asPosition = (sealed: unknown) => sealed as Position

export interface SlowRequestFilter {
  /** How far to look back. */
  readonly hours: number
  readonly minMs: number
  readonly service?: string | undefined
}

export interface SlowRequestPage {
  readonly requests: readonly SlowRequest[]
  readonly nextCursor?: string
}

/** After this many reads a page is handed out as short as it is: at 168 hours, most may be read in vain. */
const MAX_READS = 250

/** Reads one page, newest first, going back hour by hour. A page may be short; only the last has no cursor. */
export async function listSlowRequests(
  table: Table,
  cursors: Cursors,
  filter: SlowRequestFilter,
  nowMs: number,
  limit: number,
  cursor?: string,
): Promise<SlowRequestPage> {
  const scope = `slow-requests ${JSON.stringify([filter.hours, filter.minMs, filter.service])}`
  const first = { fromMs: nowMs - filter.hours * HOUR_MS, hour: Math.floor(nowMs / HOUR_MS) * HOUR_MS }
  let position: Position | undefined = cursor === undefined ? first : asPosition(cursors.open(cursor, scope))
  const requests: SlowRequest[] = []
  for (let reads = 0; position !== undefined && requests.length < limit && reads < MAX_READS; reads += 1) {
    const page: Read = await readHour(table, position, filter, limit - requests.length)
    requests.push(...page.items)
    position = page.next
  }
  return { requests, ...(position === undefined ? {} : { nextCursor: cursors.seal({ ...position }, scope) }) }
}

interface Read {
  readonly items: readonly SlowRequest[]
  readonly next: Position | undefined
}

async function readHour(
  table: Table,
  { fromMs, hour, startAfter }: Position,
  filter: SlowRequestFilter,
  limit: number,
): Promise<Read> {
  const page = await table.query<SlowRequest>({
    partition: partitionOf(hour),
    sortBetween: [new Date(fromMs).toISOString(), new Date(hour + HOUR_MS).toISOString()],
    newestFirst: true,
    limit,
    ...(filter.service === undefined ? {} : { where: { service: filter.service } }),
    ...(startAfter === undefined ? {} : { startAfter }),
  })
  const items = page.items.filter((request) => request.durationMs >= filter.minMs)
  if (page.next !== undefined) return { items, next: { fromMs, hour, startAfter: page.next } }
  return { items, next: hour <= fromMs ? undefined : { fromMs, hour: hour - HOUR_MS } }
}

/** Remembers one of Midwatch's own requests; given to every pipeline. */
export const slowRecorder =
  (table: Table, effects: Effects) =>
  async (record: AccessRecord): Promise<void> => {
    const { at, route, status, durationMs, requestId } = record
    await table.commit(
      [writeOf({ at, service: OWN_SERVICE, route, status, durationMs, requestId }, requestId)],
      effects.id(),
    )
  }

/** The writes of a reported batch. */
export const reportWrites = (reported: readonly ReportedRequest[], effects: Effects): readonly Write[] =>
  reported.map(({ at, service, route, duration_ms: durationMs, status, request_id: requestId }) =>
    writeOf(
      {
        at: Date.parse(at),
        service,
        route,
        // A hundredth of a millisecond is enough, and DynamoDB takes no number of any smallness.
        durationMs: Math.round(durationMs * 100) / 100,
        status,
        ...(requestId === undefined ? {} : { requestId }),
      },
      effects.id(),
    ),
  )
