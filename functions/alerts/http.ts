import { alertsContract } from '../../shared/alerts/contract.ts'
import { http } from '../../shared/kernel/http.ts'
import { acknowledgeAlert } from './acknowledge-alert.ts'
import { alertDeps } from './deps.ts'
import { getAlert } from './get-alert.ts'
import { listAlerts } from './list-alerts.ts'
import { resolveAlert } from './resolve-alert.ts'

export const handler = http(
  alertsContract,
  { listAlerts, getAlert, acknowledgeAlert, resolveAlert },
  alertDeps,
)
