import type { healthContract } from '../../shared/health/contract.ts'
import { publicComponents, publicStatus } from '../../shared/health/public-view.ts'
import type { Status } from '../../shared/health/status.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { readStates, type HealthDeps } from './deps.ts'

const WORDS = {
  healthy: 'operational',
  degraded: 'degraded',
  unhealthy: 'outage',
  unknown: 'unknown',
} as const satisfies Record<Status, string>

/** `GET /ops/uptime` */
export const getUptime: Handler<typeof healthContract.getUptime, HealthDeps> = async (_request, deps) => {
  const { platform, env, effects } = deps
  const startedMs = effects.monotonicMs()
  const { states, context } = await readStates(deps)
  const services = publicComponents(platform, states, context).map(
    ({ component, status }) => [component.id, WORDS[status]] as const,
  )
  return {
    body: {
      status: WORDS[publicStatus(platform, states, context)],
      services: { api: WORDS.healthy, ...Object.fromEntries(services) },
      response_time_ms: Math.round((effects.monotonicMs() - startedMs) * 100) / 100,
      version: env.MIDWATCH_VERSION,
    },
  }
}
