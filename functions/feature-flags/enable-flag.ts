import { enable, engage } from '../../shared/feature-flags/change-flag.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { changeFlag, flagAt, switchFlag } from './changing.ts'
import type { FlagDeps } from './deps.ts'

/** `POST /api/v1/ops/feature-flags/{key}/enable` */
export const enableFlag: Handler<typeof featureFlagsContract.enableFlag, FlagDeps> = async (
  request,
  deps,
) => {
  const { key } = request.params
  const reason = request.body?.reason
  const { category } = flagAt(await deps.flags.get(key))
  return category === 'killswitch'
    ? switchFlag(request, deps, { key, reason, decide: (known) => engage(known, flagAt(known)) })
    : changeFlag(request, deps, {
        key,
        reason,
        watch: request.body?.watch,
        decide: (known) => enable(known, flagAt(known)),
      })
}
