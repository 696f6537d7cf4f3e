import type { alertsContract } from '../../shared/alerts/contract.ts'
import { resolveAlert as decide } from '../../shared/alerts/decide.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { changeAlert } from './change-alert.ts'
import type { AlertDeps } from './deps.ts'

/** `POST /api/v1/ops/alerts/{alert}/resolve` */
export const resolveAlert: Handler<typeof alertsContract.resolveAlert, AlertDeps> = (request, deps) =>
  changeAlert(request, deps, decide)
