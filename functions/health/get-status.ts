import type { healthContract } from '../../shared/health/contract.ts'
import { publicStatus, STATUS_WORDS } from '../../shared/health/public-view.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { readStates, type HealthDeps } from './deps.ts'

/** `GET /api/v1/status` */
export const getStatus: Handler<typeof healthContract.getStatus, HealthDeps> = async (_request, deps) => {
  const { platform, env } = deps
  const { states, context } = await readStates(deps)
  return {
    body: { status: STATUS_WORDS[publicStatus(platform, states, context)], version: env.MIDWATCH_VERSION },
  }
}
