import type { Alert } from './alert.ts'
import type { AlertView } from './contract.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

const signature = (signed: NonNullable<Alert['resolved']>) => ({ ...signed, at: iso(signed.at) })

/** An alert as the API and its messages show it; fields are named one by one, so that nothing else leaves. */
export function alertView(alert: Alert): AlertView {
  const { component, check, runbook, acknowledged, resolved } = alert
  return {
    id: alert.id,
    fingerprint: alert.fingerprint,
    status: alert.status,
    kind: alert.kind,
    severity: alert.severity,
    ...(component === undefined ? {} : { component }),
    ...(check === undefined ? {} : { check }),
    summary: alert.summary,
    message: alert.message,
    flapping: alert.flapping,
    ...(runbook === undefined ? {} : { runbook }),
    started_at: iso(alert.startedAt),
    updated_at: iso(alert.updatedAt),
    ...(acknowledged === undefined ? {} : { acknowledged: signature(acknowledged) }),
    ...(resolved === undefined ? {} : { resolved: signature(resolved) }),
    reopened: alert.reopened,
    version: alert.version,
  }
}
