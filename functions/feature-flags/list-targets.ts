import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { targetView } from '../../shared/feature-flags/view.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { flagAt } from './flag-at.ts'
import type { FlagDeps } from './deps.ts'

/** `GET /api/v1/ops/feature-flags/{key}/targets` */
export const listTargets: Handler<typeof featureFlagsContract.listTargets, FlagDeps> = async (
  { params },
  { flags },
) => {
  const known = await flags.get(params.key)
  return { body: { targets: flagAt(known).targets.map(targetView) }, version: known.version }
}
