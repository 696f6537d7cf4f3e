import type { auditContract } from '../../shared/audit/contract.ts'
import { listAudit as list } from '../../shared/audit/store.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { BaseDeps } from '../http-deps.ts'

const DAY_MS = 24 * 3_600_000
const DEFAULT_DAYS = 30
/** Without an entity or an actor, a list is read day by day. */
const MAX_DAYS = 400

/** Later moments have years of more digits, which do not sort. */
const LATEST_MS = Date.parse('9999-12-31T23:59:59.999Z')

/** `GET /api/v1/ops/audit` */
export const listAudit: Handler<typeof auditContract.listAudit, BaseDeps> = async (
  { query },
  { table, effects, keyring },
) => {
  const toMs = query.to === undefined ? effects.now() : Date.parse(query.to)
  const fromMs = query.from === undefined ? toMs - DEFAULT_DAYS * DAY_MS : Date.parse(query.from)
  if (fromMs > toMs)
    throw new Problem('invalid_input', { fields: [{ path: 'query.from', reason: 'must not be after to' }] })
  if (toMs > LATEST_MS)
    throw new Problem('invalid_input', {
      fields: [{ path: 'query.to', reason: 'must lie before the year 10000' }],
    })
  if (toMs - fromMs > MAX_DAYS * DAY_MS) {
    throw new Problem('invalid_input', {
      fields: [{ path: 'query.from', reason: `must lie within ${MAX_DAYS} days of to` }],
    })
  }
  const cursors = await keyring.cursors()
  const asked = [query.from, query.to] as const
  const filter = { entity: query.entity, actor: query.actor, fromMs, toMs, asked }
  const page = await list(table, filter, query.limit, cursors, query.cursor)
  return {
    body: {
      events: [...page.events],
      ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
    },
  }
}
