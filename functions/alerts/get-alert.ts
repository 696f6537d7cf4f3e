import type { alertsContract } from '../../shared/alerts/contract.ts'
import { alertView } from '../../shared/alerts/view.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { AlertDeps } from './deps.ts'

/** `GET /api/v1/ops/alerts/{alert}` */
export const getAlert: Handler<typeof alertsContract.getAlert, AlertDeps> = async (
  { params },
  { alerts },
) => {
  const alert = await alerts.get(params.alert)
  if (alert === undefined) throw new Problem('unknown_alert')
  return { body: alertView(alert), version: alert.version }
}
