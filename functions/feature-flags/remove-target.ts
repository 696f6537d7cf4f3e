import { editFlag, withoutTarget } from '../../shared/feature-flags/change-flag.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { changeFlag } from './changing.ts'
import { flagAt } from './flag-at.ts'
import type { FlagDeps } from './deps.ts'

/** `DELETE /api/v1/ops/feature-flags/{key}/targets/{target}` */
export const removeTarget: Handler<typeof featureFlagsContract.removeTarget, FlagDeps> = (request, deps) =>
  changeFlag(request, deps, {
    key: request.params.key,
    reason: request.query.reason,
    decide: (known) => {
      const flag = withoutTarget(flagAt(known), request.params.target)
      if (flag === undefined) throw new Problem('unknown_target')
      return editFlag(known, flag)
    },
  })
