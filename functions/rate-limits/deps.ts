import { blockStore, type BlockStore } from '../../shared/rate-limits/block-store.ts'
import { overrideStore, type OverrideStore } from '../../shared/rate-limits/override-store.ts'
import { ruleStore, type RuleStore } from '../../shared/rate-limits/rule-store.ts'
import { baseDeps, type BaseDeps } from '../http-deps.ts'

/** What the routes of rules, overrides and blocks have. */
export interface RateLimitDeps extends BaseDeps {
  readonly rules: RuleStore
  readonly overrides: OverrideStore
  readonly blocks: BlockStore
}

/** Makes the dependencies of these routes. */
export async function rateLimitDeps(): Promise<RateLimitDeps> {
  const base = await baseDeps()
  const { table, effects, platform } = base
  return {
    ...base,
    rules: ruleStore(table, effects, platform.rateLimits),
    overrides: overrideStore(table, effects),
    blocks: blockStore(table, effects),
  }
}
