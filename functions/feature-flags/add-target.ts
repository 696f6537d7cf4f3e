import { editFlag, withTarget } from '../../shared/feature-flags/change-flag.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { flagFaults } from '../../shared/feature-flags/flag-faults.ts'
import { MAX_TARGETS, type Flag } from '../../shared/feature-flags/flag.ts'
import { targetOf } from '../../shared/feature-flags/schemas.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { changeFlag } from './changing.ts'
import { flagAt } from './flag-at.ts'
import type { FlagDeps } from './deps.ts'

const invalid = (path: string, reason: string): Problem =>
  new Problem('invalid_input', { fields: [{ path, reason }] })

/** @throws `invalid_input` when the flag may not have this target */
function requireAllowed(flag: Flag): void {
  const [fault] = flagFaults(flag)
  if (fault !== undefined) throw invalid(fault[0].includes('variant') ? 'body.variant' : 'body', fault[1])
  if (flag.targets.length <= MAX_TARGETS) return
  throw invalid('body.target_value', `must not be one target more than ${MAX_TARGETS}`)
}

/** `POST /api/v1/ops/feature-flags/{key}/targets` */
export const addTarget: Handler<typeof featureFlagsContract.addTarget, FlagDeps> = (request, deps) => {
  const { reason, ...target } = request.body
  return changeFlag(request, deps, {
    key: request.params.key,
    reason,
    decide: (known) => {
      const flag = withTarget(flagAt(known), targetOf(target))
      requireAllowed(flag)
      return editFlag(known, flag)
    },
  })
}
