import type { healthContract } from '../../shared/health/contract.ts'
import { healthView, statusOf } from '../../shared/health/view.ts'
import { pingPathOf } from '../../shared/heartbeats/ping-key.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { signingKey } from '../../shared/kernel/signing-key.ts'
import { readStates, type HealthDeps } from './deps.ts'

/** `GET /api/v1/ops/health` */
export const getHealth: Handler<typeof healthContract.getHealth, HealthDeps> = async ({ query }, deps) => {
  const [{ states, context }, key] = await Promise.all([
    readStates(deps),
    signingKey(deps.table, deps.effects),
  ])
  const shown = deps.platform.checks.filter(
    (check) =>
      (query.component === undefined || check.component === query.component) &&
      (query.status === undefined || statusOf(check, states.get(check.id), context) === query.status),
  )
  const pingPath = (check: { id: string }) => pingPathOf(key, check.id)
  return { body: healthView(shown, states, { ...context, pingPath }) }
}
