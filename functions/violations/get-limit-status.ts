import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { Block } from '../../shared/rate-limits/block.ts'
import type { Standing } from '../../shared/rate-limits/counter.ts'
import type { Override } from '../../shared/rate-limits/override.ts'
import type { StandingView, violationsContract } from '../../shared/violations/contract.ts'
import { limitStatus, type LimitStatus } from '../../shared/violations/limit-status.ts'
import { PATIENCE_MS, type ViolationDeps } from './deps.ts'

const expiry = ({ expiresAt }: { readonly expiresAt?: number }) =>
  expiresAt === undefined ? {} : { expires_at: new Date(expiresAt).toISOString() }

const windowView = ({ limit, windowSeconds, used, remaining, resetMs }: Standing) => ({
  limit,
  window_seconds: windowSeconds,
  used,
  remaining,
  resets_in_seconds: Math.ceil(resetMs / 1000),
})

const overrideView = (override: Override) => ({
  ...(override.multiplier === undefined ? {} : { multiplier: override.multiplier }),
  ...(override.exempt === undefined ? {} : { exempt: override.exempt }),
  ...expiry(override),
})

const blockView = (block: Block) => ({ id: block.id, reason: block.reason, ...expiry(block) })

const view = ({ rule, standings, override, block }: LimitStatus): StandingView => ({
  rule: rule.name,
  scope: rule.scope,
  mode: rule.mode,
  windows: standings.map(windowView),
  ...(override === undefined ? {} : { override: overrideView(override) }),
  ...(block === undefined ? {} : { blocked: blockView(block) }),
})

/** `GET /api/v1/ops/rate-limits/status` */
export const getLimitStatus: Handler<typeof violationsContract.getLimitStatus, ViolationDeps> = async (
  { query },
  { table, effects, sets },
) => {
  const known = await sets.current(PATIENCE_MS, query.rule === undefined ? [] : [query.rule])
  const statuses = await limitStatus(table, known, query, effects.now())
  return { body: { identifier: query.identifier, rules: statuses.map(view) } }
}
