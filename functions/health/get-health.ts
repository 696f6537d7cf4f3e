import type { healthContract } from '../../shared/health/contract.ts'
import { healthView } from '../../shared/health/view.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { RESPONDERS } from '../../shared/kernel/route.ts'
import { viewContext } from '../view-context.ts'
import { readStates, type HealthDeps } from './deps.ts'

/** `GET /api/v1/ops/health`. The filters choose which checks are listed; everything else is about the whole. */
export const getHealth: Handler<typeof healthContract.getHealth, HealthDeps> = async (
  { query, principal },
  deps,
) => {
  // Whoever knows a job's address can report in its name, so it is shown to those who may act, not to all who may look.
  const mayAct = RESPONDERS.some((role) => principal.roles.includes(role))
  const signingKey = mayAct ? await deps.keyring.signingKey() : undefined
  const { states } = await readStates(deps)
  const whole = healthView(deps.platform.checks, states, viewContext(deps, signingKey))
  const checks = whole.checks.filter(
    (check) =>
      (query.component === undefined || check.component === query.component) &&
      (query.status === undefined || check.status === query.status),
  )
  return { body: { ...whole, checks } }
}
