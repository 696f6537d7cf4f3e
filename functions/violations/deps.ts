import { LimitSetReader } from '../../shared/rate-limits/limit-set.ts'
import { baseDeps, type BaseDeps } from '../http-deps.ts'

/** How long to wait for rules and blocks: people wait for these answers, not requests. */
export const PATIENCE_MS = 1_000

/** What the routes about violations have. */
export interface ViolationDeps extends BaseDeps {
  readonly sets: LimitSetReader
}

/** Makes the dependencies of the routes about violations. */
export async function violationDeps(): Promise<ViolationDeps> {
  const base = await baseDeps()
  return { ...base, sets: new LimitSetReader(base.table, base.platform.rateLimits, base.effects) }
}
