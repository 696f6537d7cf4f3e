import type { alertsContract } from '../../shared/alerts/contract.ts'
import { alertView } from '../../shared/alerts/view.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { AlertDeps } from './deps.ts'

/** `GET /api/v1/ops/alerts` */
export const listAlerts: Handler<typeof alertsContract.listAlerts, AlertDeps> = async ({ query }, deps) => {
  const { limit, cursor, ...filter } = query
  const cursors = await deps.keyring.cursors()
  const page = await deps.alerts.list(filter, limit, cursors, cursor)
  return {
    body: {
      alerts: page.alerts.map(alertView),
      ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
    },
  }
}
