import type { healthContract } from '../../shared/health/contract.ts'
import { publicComponents, publicStatus, type PublicComponent } from '../../shared/health/public-view.ts'
import type { Status } from '../../shared/health/status.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { readStates, type HealthDeps } from './deps.ts'

/** The draft's words (draft-inadarei-api-health-check-06, section 3.1). */
const WORDS = {
  healthy: 'pass',
  degraded: 'warn',
  unknown: 'warn',
  unhealthy: 'fail',
} as const satisfies Record<Status, string>

const OUTPUTS: Partial<Record<Status, string>> = {
  degraded: 'Some components are slow or failing',
  unknown: 'There are no recent results for some components',
  unhealthy: 'Essential components are failing',
}

const detailOf = ({ component, status, latencyMs, checkedAt }: PublicComponent) => ({
  componentId: component.id,
  componentType: 'component',
  status: WORDS[status],
  ...(latencyMs === undefined ? {} : { observedValue: latencyMs, observedUnit: 'ms' }),
  ...(checkedAt === undefined ? {} : { time: new Date(checkedAt).toISOString() }),
})

/** `GET /health` */
export const getPublicHealth: Handler<typeof healthContract.getPublicHealth, HealthDeps> = async (
  _request,
  deps,
) => {
  const { platform, env } = deps
  const { states, context } = await readStates(deps)
  const status = publicStatus(platform, states, context)
  const output = OUTPUTS[status]
  const checks = Object.fromEntries(
    publicComponents(platform, states, context).map((entry) => [
      `${entry.component.id}:responseTime`,
      [detailOf(entry)],
    ]),
  )
  return {
    status: status === 'unhealthy' ? 503 : 200,
    body: {
      status: WORDS[status],
      version: env.MIDWATCH_VERSION,
      serviceId: platform.id,
      description: `Health of ${platform.name}`,
      ...(output === undefined ? {} : { output }),
      checks,
    },
  }
}
