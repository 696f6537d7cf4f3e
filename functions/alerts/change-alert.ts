import type { Alert } from '../../shared/alerts/alert.ts'
import type { alertsContract } from '../../shared/alerts/contract.ts'
import type { AlertDecision } from '../../shared/alerts/decide.ts'
import { alertView } from '../../shared/alerts/view.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import { requireMatch } from '../../shared/kernel/etag.ts'
import type { ReplyTo, RouteRequest } from '../../shared/kernel/http/exchange.ts'
import type { AlertDeps } from './deps.ts'

type ChangeRoute = typeof alertsContract.acknowledgeAlert
type Decide = (
  alert: Alert,
  now: number,
  by: string,
  note?: string,
) => AlertDecision | 'unchanged' | undefined

/**
 * Reads an alert, decides, and commits alert, audit event, messages and the remembered answer in one transaction.
 * @throws `unknown_alert`, `stale_version`, `alert_resolved`, `conflict` when somebody else was faster
 */
export async function changeAlert(
  { params, body, principal, ifMatch, requestId, receipt }: RouteRequest<ChangeRoute>,
  { alerts, effects }: AlertDeps,
  decide: Decide,
): Promise<ReplyTo<ChangeRoute>> {
  const current = await alerts.get(params.alert)
  if (current === undefined) throw new Problem('unknown_alert')
  requireMatch(ifMatch, current.version)
  const now = effects.now()
  const decision = decide(current, now, principal.name, body?.note)
  if (decision === undefined) throw new Problem('alert_resolved')
  if (decision === 'unchanged') return { body: alertView(current), version: current.version }
  const reply = { body: alertView(decision.alert), version: decision.alert.version }
  const change = { actor: principal, now, requestId, reason: body?.note }
  const committed = await alerts.commit([...alerts.writesOf(current, decision, change), ...receipt(reply)])
  if (!committed.committed) throw new Problem('conflict')
  return reply
}
