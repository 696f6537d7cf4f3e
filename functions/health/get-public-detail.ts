import type { healthContract } from '../../shared/health/contract.ts'
import { publicComponents, publicStatus } from '../../shared/health/public-view.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { readStates, type HealthDeps } from './deps.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

/** `GET /health/detailed` */
export const getPublicDetail: Handler<typeof healthContract.getPublicDetail, HealthDeps> = async (
  _request,
  deps,
) => {
  const { platform, env } = deps
  const { states, context } = await readStates(deps)
  const components = publicComponents(platform, states, context)
  const newest = Math.max(...components.map((entry) => entry.checkedAt ?? 0), 0)
  return {
    body: {
      status: publicStatus(platform, states, context),
      version: env.MIDWATCH_VERSION,
      ...(newest === 0 ? {} : { checked_at: iso(newest) }),
      components: components.map(({ component, status, latencyMs, since }) => ({
        id: component.id,
        name: component.name,
        status,
        ...(latencyMs === undefined ? {} : { latency_ms: latencyMs }),
        ...(since === undefined ? {} : { since: iso(since) }),
      })),
    },
  }
}
