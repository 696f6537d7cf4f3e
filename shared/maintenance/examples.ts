/** One example a route of maintenance. */
export const maintenanceExamples = {
  getMaintenanceStatus: { response: { in_maintenance: true, window: null } },
}
