import { archive } from '../../shared/feature-flags/change-flag.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { dependentsOf } from '../../shared/feature-flags/prerequisites.ts'
import { inForce } from '../../shared/feature-flags/flag-store.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { changeFlag } from './changing.ts'
import { flagAt } from './flag-at.ts'
import type { FlagDeps } from './deps.ts'

/** `DELETE /api/v1/ops/feature-flags/{key}` */
export const archiveFlag: Handler<typeof featureFlagsContract.archiveFlag, FlagDeps> = (request, deps) =>
  changeFlag(request, deps, {
    key: request.params.key,
    reason: request.query.reason,
    decide: (known, all) => {
      const { key, category } = flagAt(known)
      if (category === 'killswitch' && known.isSwitched) throw new Problem('flag_engaged')
      const dependents = dependentsOf(key, inForce(all))
      if (dependents.length > 0) {
        throw new Problem('flag_needed', { detail: `It is a prerequisite of ${dependents.join(', ')}.` })
      }
      return archive(known)
    },
  })
