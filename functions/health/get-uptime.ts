import type { healthContract } from '../../shared/health/contract.ts'
import { publicComponents, publicStatus, STATUS_WORDS } from '../../shared/health/public-view.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { readStates, type HealthDeps } from './deps.ts'

/** `GET /ops/uptime` */
export const getUptime: Handler<typeof healthContract.getUptime, HealthDeps> = async (_request, deps) => {
  const { platform, env, effects } = deps
  const startedMs = effects.monotonicMs()
  const { states, context } = await readStates(deps)
  const services = publicComponents(platform, states, context).map(
    ({ component, status }) => [component.id, STATUS_WORDS[status]] as const,
  )
  return {
    body: {
      status: STATUS_WORDS[publicStatus(platform, states, context)],
      services: { api: STATUS_WORDS.healthy, ...Object.fromEntries(services) },
      response_time_ms: Math.round((effects.monotonicMs() - startedMs) * 100) / 100,
      version: env.MIDWATCH_VERSION,
    },
  }
}
