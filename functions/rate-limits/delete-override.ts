import { Problem } from '../../shared/kernel/errors.ts'
import { requireMatch } from '../../shared/kernel/etag.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { endOverride, overrideView } from '../../shared/rate-limits/change-override.ts'
import type { rateLimitsContract } from '../../shared/rate-limits/contract.ts'
import { overrideWrites } from '../../shared/rate-limits/override-store.ts'
import type { RateLimitDeps } from './deps.ts'

/** `DELETE /api/v1/ops/rate-limits/overrides/{override}` */
export const deleteOverride: Handler<typeof rateLimitsContract.deleteOverride, RateLimitDeps> = async (
  { params, query, principal, ifMatch, requestId, receipt },
  { overrides, effects },
) => {
  const known = await overrides.get(params.override)
  const { override } = known
  if (override === undefined) throw new Problem('unknown_override')
  requireMatch(ifMatch, known.version)
  const now = effects.now()
  const decision = endOverride(known, 'removed')
  const { version } = decision.next
  const view = { ...overrideView(override, version, now), state: 'removed' as const }
  const reply = { body: view, version }
  const change = { actor: principal, now, requestId, reason: query.reason }
  const writes = overrideWrites(known, decision, override, change)
  const committed = await overrides.commit([...writes, ...receipt(reply)])
  if (!committed.committed) throw new Problem('conflict')
  return reply
}
