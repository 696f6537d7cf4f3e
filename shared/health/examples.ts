const VERSION = '1.0.0'
const CHECKED_AT = '2026-02-15T00:12:03.418Z'

/** The database's check in a bad quarter of an hour. */
export const databaseCheck = {
  id: 'database',
  name: 'Primary database',
  component: 'database',
  kind: 'postgres',
  severity: 'critical',
  vantage: 'public',
  status: 'degraded',
  message: 'The database accepted a connection and answered a query',
  flapping: false,
  interval_seconds: 60,
  runbook: 'docs/runbook.md#high-database-latency',
  since: '2026-02-15T00:08:02.977Z',
  checked_at: CHECKED_AT,
  latency_ms: 912.4,
  measurements: { connections_used: 61, connections_max: 100 },
  thresholds: { normal_below_ms: 100, degraded_above_ms: 800 },
}

const backupCheck = {
  id: 'nightly-backup',
  name: 'Nightly database backup',
  component: 'backups',
  kind: 'heartbeat',
  severity: 'error',
  vantage: 'public',
  status: 'healthy',
  message: 'The job succeeded 21 h ago',
  flapping: false,
  interval_seconds: 60,
  runbook: 'docs/runbook.md#backups',
  since: '2026-01-04T03:20:41.106Z',
  checked_at: CHECKED_AT,
  latency_ms: 0,
  measurements: { seconds_since_success: 75_600 },
  ping_path: '/ping/5f0d6c1e-8a43-8b2f-9d17-64c0e2b7a935',
}

const getHealth = {
  response: {
    status: 'degraded',
    checked_at: CHECKED_AT,
    summary: { healthy: 1, degraded: 1, unhealthy: 0, unknown: 0 },
    checks: [databaseCheck, backupCheck],
  },
}

const getCheckHistory = {
  params: { check: 'database' },
  response: {
    check: 'database',
    from: '2026-02-14T00:12:41.030Z',
    to: '2026-02-15T00:12:41.030Z',
    resolution: 'raw',
    points: [
      {
        at: '2026-02-15T00:11:03.201Z',
        status: 'degraded',
        latency_ms: 873.9,
        message: databaseCheck.message,
      },
      { at: CHECKED_AT, status: 'degraded', latency_ms: 912.4, message: databaseCheck.message },
    ],
  },
}

const getPublicHealth = {
  response: {
    status: 'warn',
    version: VERSION,
    serviceId: 'second-watch-network',
    description: 'Health of Second Watch Network',
    output: 'Some components are slow or failing',
    checks: {
      'database:responseTime': [
        {
          componentId: 'database',
          componentType: 'component',
          observedValue: 912.4,
          observedUnit: 'ms',
          status: 'warn',
          time: CHECKED_AT,
        },
      ],
    },
  },
}

const getReadiness = {
  response: {
    status: 'ready',
    checks: {
      database: 'connected',
      storage: 'accessible',
      authentication: 'available',
      scheduler: 'running',
    },
  },
}

const getPublicDetail = {
  response: {
    status: 'degraded',
    version: VERSION,
    checked_at: CHECKED_AT,
    components: [
      { id: 'database', name: 'Database', status: 'degraded', latency_ms: 912.4, since: databaseCheck.since },
      {
        id: 'storage',
        name: 'Storage',
        status: 'healthy',
        latency_ms: 84.1,
        since: '2026-02-02T09:41:17.530Z',
      },
    ],
  },
}

const getUptime = {
  response: {
    status: 'degraded',
    services: {
      api: 'operational',
      database: 'degraded',
      storage: 'operational',
      authentication: 'operational',
      'external-apis': 'operational',
      backups: 'operational',
    },
    response_time_ms: 6.72,
    version: VERSION,
  },
}

/** One example a health route. */
export const healthExamples = {
  getHealth,
  getCheckHistory,
  getPublicHealth,
  getReadiness,
  getPublicDetail,
  getUptime,
  getStatus: { response: { status: 'operational', version: VERSION } },
}
