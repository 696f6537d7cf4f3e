import type { FlagClient } from '../../shared/feature-flags/client.ts'
import { flagClient } from '../../shared/feature-flags/open-flags.ts'
import { beforeEnd } from '../../shared/kernel/before-end.ts'
import { baseDeps, type BaseDeps } from '../http-deps.ts'

/** What the routes that evaluate flags have. */
export interface EvaluationDeps extends BaseDeps {
  readonly flags: FlagClient
}

/** Makes the dependencies of these routes. */
export async function evaluationDeps(): Promise<EvaluationDeps> {
  const base = await baseDeps()
  const { table, effects, platform } = base
  const flags = flagClient({ table, effects, flags: platform.flags })
  beforeEnd(() => flags.flush())
  return { ...base, flags }
}
