import type { Check } from '../shared/health/check.ts'
import { missingSetting } from '../shared/health/settings.ts'
import type { ViewContext } from '../shared/health/view.ts'
import { pingPathOf } from '../shared/heartbeats/ping-key.ts'
import type { BaseDeps } from './http-deps.ts'

/**
 * What checks are shown with on this deployment.
 * @param signingKey given where ping addresses are shown
 */
export function viewContext({ effects, env }: BaseDeps, signingKey?: Uint8Array): ViewContext {
  return {
    now: effects.now(),
    tickSeconds: env.MIDWATCH_TICK_SECONDS,
    missingSetting: (check: Check) => missingSetting(check, env.settings),
    ...(signingKey && { pingPath: (check: Check) => pingPathOf(signingKey, check.id) }),
  }
}
