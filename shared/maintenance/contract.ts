import * as z from 'zod'
import { route } from '../kernel/route.ts'
import { maintenanceExamples } from './examples.ts'

export const maintenanceContract = {
  getMaintenanceStatus: route({
    capability: 'maintenance',
    method: 'GET',
    path: '/api/v1/ops/maintenance/status',
    summary: 'Whether the platform is under maintenance',
    description:
      'Goes by the config entry `maintenance_mode`, and says so from the moment on that it was changed. While the store does ' +
      'not answer, what was last known is answered. `window` is `null` as long as there are no maintenance windows.',
    examples: maintenanceExamples.getMaintenanceStatus,
    roles: 'public',
    limit: 'public_endpoints',
    response: z.object({ in_maintenance: z.boolean(), window: z.null() }),
    errors: [],
    uses: ['config-live:read'],
  }),
} as const
