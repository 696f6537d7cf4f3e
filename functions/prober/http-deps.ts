import { pingPathOf } from '../../shared/heartbeats/ping-key.ts'
import { baseDeps, type BaseDeps } from '../http-deps.ts'
import { missingSetting } from '../../shared/health/settings.ts'
import type { Check } from '../../shared/health/check.ts'
import type { ViewContext } from '../../shared/health/view.ts'
import type { Runner } from '../../shared/prober/run-batch.ts'
import { proberDeps } from './deps.ts'

/** What the routes that run checks have. */
export interface ProberHttpDeps extends BaseDeps {
  readonly runner: Runner
  readonly viewContext: () => ViewContext
}

/** Makes the dependencies of the routes that run checks. */
export async function proberHttpDeps(): Promise<ProberHttpDeps> {
  const base = baseDeps()
  const { effects, env } = base
  const key = await base.keyring.signingKey()
  const pingPath = (check: Check) => pingPathOf(key, check.id)
  return {
    ...base,
    runner: proberDeps(base).runner,
    viewContext: () => ({
      now: effects.now(),
      tickSeconds: env.MIDWATCH_TICK_SECONDS,
      missingSetting: (check) => missingSetting(check, env.settings),
      pingPath,
    }),
  }
}
