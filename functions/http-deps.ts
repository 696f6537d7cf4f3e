import { openContainer, type Container } from '../shared/kernel/container.ts'
import type { HttpDeps } from '../shared/kernel/http/exchange.ts'
import { openKeyring, type Keyring } from '../shared/kernel/keyring.ts'
import type { Platform } from '../shared/platforms/define.ts'
import { platformNamed } from '../shared/platforms/index.ts'
import type { Limiter } from '../shared/rate-limits/limiter.ts'
import { openLimiter } from '../shared/rate-limits/open-limiter.ts'
import { routeLimiter } from '../shared/rate-limits/route-limiter.ts'
import { slowRecorder } from '../shared/requests/store.ts'

/** What the routes of every capability have. */
export type BaseDeps = HttpDeps &
  Container & { readonly platform: Platform; readonly keyring: Keyring; readonly limits: Limiter }

/** Makes the dependencies that all capabilities share. */
export async function baseDeps(): Promise<BaseDeps> {
  const container = openContainer()
  const { table, env, effects } = container
  const platform = platformNamed(env.MIDWATCH_PLATFORM)
  const limits = await openLimiter({
    table,
    tableName: env.MIDWATCH_TABLE,
    rules: platform.rateLimits,
    effects,
    budgetMs: env.MIDWATCH_LIMITER_BUDGET_MS,
  })
  return {
    ...container,
    platform,
    limits,
    limiter: routeLimiter(limits, effects.now, platform.legacyRateLimitHeaders),
    keyring: openKeyring(table, effects),
    slowRequestMs: platform.slowRequestMs,
    recordSlow: slowRecorder(table, effects),
  }
}
