import type { healthContract } from '../../shared/health/contract.ts'
import { healthView } from '../../shared/health/view.ts'
import { pingPathOf } from '../../shared/heartbeats/ping-key.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { signingKey } from '../../shared/kernel/signing-key.ts'
import { readStates, type HealthDeps } from './deps.ts'

/** `GET /api/v1/ops/health`. The filters choose which checks are listed; everything else is about the whole. */
export const getHealth: Handler<typeof healthContract.getHealth, HealthDeps> = async ({ query }, deps) => {
  const [{ states, context }, key] = await Promise.all([
    readStates(deps),
    signingKey(deps.table, deps.effects),
  ])
  const pingPath = (check: { id: string }) => pingPathOf(key, check.id)
  const whole = healthView(deps.platform.checks, states, { ...context, pingPath })
  const checks = whole.checks.filter(
    (check) =>
      (query.component === undefined || check.component === query.component) &&
      (query.status === undefined || check.status === query.status),
  )
  return { body: { ...whole, checks } }
}
