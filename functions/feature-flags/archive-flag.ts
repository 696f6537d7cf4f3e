import { bundleInForce, type KnownBundle } from '../../shared/feature-flags/change-bundle.ts'
import { archive } from '../../shared/feature-flags/change-flag.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { dependentsOf } from '../../shared/feature-flags/prerequisites.ts'
import { inForce, type AllFlags } from '../../shared/feature-flags/flag-store.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { changeFlag } from './changing.ts'
import { flagAt } from './flag-at.ts'
import type { FlagDeps } from './deps.ts'

/** @throws `flag_needed` when other flags, or bundles, would not be what they are without it */
function requireUnneeded(key: string, all: AllFlags, bundles: readonly KnownBundle[]): void {
  const dependents = dependentsOf(key, inForce(all))
  if (dependents.length > 0) {
    throw new Problem('flag_needed', { detail: `It is a prerequisite of ${dependents.join(', ')}.` })
  }
  const names = bundles.filter((known) => bundleInForce(known)?.flags.includes(key)).map(({ name }) => name)
  if (names.length > 0) {
    throw new Problem('flag_needed', { detail: `It is in the bundle ${names.join(', ')}.` })
  }
}

/** `DELETE /api/v1/ops/feature-flags/{key}` */
export const archiveFlag: Handler<typeof featureFlagsContract.archiveFlag, FlagDeps> = async (
  request,
  deps,
) => {
  const bundles = await deps.bundles.list()
  return changeFlag(request, deps, {
    key: request.params.key,
    reason: request.query.reason,
    decide: (known, all) => {
      const { key, category } = flagAt(known)
      if (category === 'killswitch' && known.isSwitched) throw new Problem('flag_engaged')
      requireUnneeded(key, all, bundles)
      return archive(known)
    },
  })
}
