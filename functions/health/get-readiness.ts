import type { healthContract } from '../../shared/health/contract.ts'
import { publicComponents } from '../../shared/health/public-view.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { readStates, type HealthDeps } from './deps.ts'

/** Ticks that may be missed before the scheduler counts as stopped. */
const MISSED_TICKS = 3

/** `GET /health/ready` */
export const getReadiness: Handler<typeof healthContract.getReadiness, HealthDeps> = async (
  _request,
  deps,
) => {
  const { platform, health, env } = deps
  const [{ states, context }, prober] = await Promise.all([
    readStates(deps),
    health.prober(env.MIDWATCH_VANTAGE),
  ])
  const parts = publicComponents(platform, states, context).flatMap(({ component: { readiness }, status }) =>
    readiness === undefined ? [] : [{ readiness, ready: status === 'healthy' || status === 'degraded' }],
  )
  const oldestTick = context.now - (MISSED_TICKS + 1) * context.tickSeconds * 1000
  const ticking = prober !== undefined && prober.state.lastTickAt >= oldestTick
  const ready = ticking && parts.every((part) => part.ready)
  const words = parts.map(
    ({ readiness, ready: isReady }) =>
      [readiness.label, isReady ? readiness.ready : readiness.notReady] as const,
  )
  return {
    status: ready ? 200 : 503,
    body: {
      status: ready ? 'ready' : 'not_ready',
      checks: { ...Object.fromEntries(words), scheduler: ticking ? 'running' : 'stopped' },
    },
  }
}
