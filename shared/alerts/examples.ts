/** The alert that the slow database opened. */
export const firingAlert = {
  id: '01KHFJ9NXZ6Q3W8M2T5R7B4C1D-da2bc48b83e365ff',
  fingerprint: 'da2bc48b83e365ff7f9c3d9a422653a3e24a2387142b37acb9a1f222e8b5a863',
  status: 'firing',
  kind: 'check_degraded',
  severity: 'warning',
  component: 'database',
  check: 'database',
  summary: 'Primary database is degraded',
  message: 'The database accepted a connection and answered a query',
  flapping: false,
  runbook: 'docs/runbook.md#high-database-latency',
  started_at: '2026-02-15T00:08:02.977Z',
  updated_at: '2026-02-15T00:08:02.977Z',
  reopened: 0,
  version: 1,
}

/** The same alert once the first person is on it. */
export const acknowledgedAlert = {
  ...firingAlert,
  status: 'acknowledged',
  updated_at: '2026-02-15T00:11:30.512Z',
  acknowledged: { at: '2026-02-15T00:11:30.512Z', by: 'maria', note: 'Looking at the slow queries' },
  version: 2,
}

const resolvedAlert = {
  ...acknowledgedAlert,
  status: 'resolved',
  updated_at: '2026-02-15T00:31:07.844Z',
  resolved: { at: '2026-02-15T00:31:07.844Z', by: 'maria', note: 'Killed a runaway report' },
  version: 3,
}

const params = { alert: firingAlert.id }

/** One example an alert route. */
export const alertExamples = {
  listAlerts: { response: { alerts: [firingAlert] } },
  getAlert: { params, response: firingAlert },
  acknowledgeAlert: {
    params,
    body: { note: acknowledgedAlert.acknowledged.note },
    response: acknowledgedAlert,
  },
  resolveAlert: { params, body: { note: resolvedAlert.resolved.note }, response: resolvedAlert },
}
