import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { requestsContract } from '../../shared/requests/contract.ts'
import { listSlowRequests as list, type SlowRequest } from '../../shared/requests/store.ts'
import type { BaseDeps } from '../http-deps.ts'

const view = ({ at, durationMs, requestId, service, route, status }: SlowRequest) => ({
  at: new Date(at).toISOString(),
  service,
  route,
  duration_ms: durationMs,
  status,
  ...(requestId === undefined ? {} : { request_id: requestId }),
})

/** `GET /api/v1/ops/slow-requests` */
export const listSlowRequests: Handler<typeof requestsContract.listSlowRequests, BaseDeps> = async (
  { query },
  { table, effects, keyring },
) => {
  const cursors = await keyring.cursors()
  const filter = { hours: query.hours, minMs: query.min_ms, service: query.service }
  const page = await list(table, cursors, filter, effects.now(), query.limit, query.cursor)
  return {
    body: {
      requests: page.requests.map(view),
      ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
    },
  }
}
