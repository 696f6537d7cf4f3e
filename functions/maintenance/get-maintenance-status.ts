import { valueOf } from '../../shared/config/change-entry.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { maintenanceContract } from '../../shared/maintenance/contract.ts'
import type { MaintenanceDeps } from './deps.ts'

/** The config entry that people throw in an emergency. */
const SWITCH = 'maintenance_mode'

/** `GET /api/v1/ops/maintenance/status` */
export const getMaintenanceStatus: Handler<
  typeof maintenanceContract.getMaintenanceStatus,
  MaintenanceDeps
> = async (_request, { config }) => {
  const { value } = await config.confirm()
  const entry = value.get(SWITCH)
  return { body: { in_maintenance: entry !== undefined && valueOf(entry) === true, window: null } }
}
