import { http } from '../../shared/kernel/http.ts'
import { maintenanceContract } from '../../shared/maintenance/contract.ts'
import { maintenanceDeps } from './deps.ts'
import { getMaintenanceStatus } from './get-maintenance-status.ts'

export const handler = http(maintenanceContract, { getMaintenanceStatus }, maintenanceDeps)
