import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { readTotals } from '../../shared/feature-flags/exposure-store.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { flagAt } from './flag-at.ts'
import type { FlagDeps } from './deps.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

/** `GET /api/v1/ops/feature-flags/{key}/stats` */
export const getFlagStats: Handler<typeof featureFlagsContract.getFlagStats, FlagDeps> = async (
  { params, query },
  { flags, table, effects },
) => {
  const { key } = flagAt(await flags.get(params.key))
  const totals = await readTotals(table, key, query.hours, effects.now())
  const lastSeen = totals.reduce((latest, total) => Math.max(latest, total.lastSeen), 0)
  return {
    body: {
      key,
      hours: query.hours,
      evaluations: totals.reduce((sum, { evaluations }) => sum + evaluations, 0),
      variants: totals.map(({ variant, evaluations, lastSeen: at }) => ({
        variant,
        evaluations,
        last_seen: iso(at),
      })),
      ...(lastSeen === 0 ? {} : { last_seen: iso(lastSeen) }),
    },
  }
}
