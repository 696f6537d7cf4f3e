import { databaseCheck } from '../health/examples.ts'

const databaseRun = {
  ...databaseCheck,
  attempts: [{ ok: true, latency_ms: 912.4, message: databaseCheck.message }],
}

const avatarsRun = {
  id: 's3-avatars',
  name: 'Avatar bucket',
  component: 'storage',
  kind: 's3',
  severity: 'error',
  vantage: 'public',
  status: 'unknown',
  message: 'Not configured: the setting AVATARS_BUCKET is not set',
  flapping: false,
  interval_seconds: 60,
  runbook: 'docs/runbook.md#storage',
  thresholds: { normal_below_ms: 500, degraded_above_ms: 2000 },
  attempts: [],
  not_run: 'A setting that it needs is not set',
}

/** One example a prober route. */
export const proberExamples = {
  runAllChecks: { response: { status: 'degraded', checks: [databaseRun, avatarsRun] } },
  runCheck: { params: { check: 'database' }, response: databaseRun },
}
