import { enable, engage } from '../../shared/feature-flags/change-flag.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import type { FoundFlag } from '../../shared/feature-flags/flag-store.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { changeFlag, refuseWatch } from './changing.ts'
import { flagAt } from './flag-at.ts'
import { switchFlag } from './switch-flag.ts'
import type { FlagDeps } from './deps.ts'

const enabled = (known: FoundFlag) => enable(known, flagAt(known))
const engaged = (known: FoundFlag) => engage(known, flagAt(known))

/** `POST /api/v1/ops/feature-flags/{key}/enable` */
export const enableFlag: Handler<typeof featureFlagsContract.enableFlag, FlagDeps> = async (
  request,
  deps,
) => {
  const { key } = request.params
  const reason = request.body?.reason
  const { category } = flagAt(await deps.flags.get(key))
  if (category !== 'killswitch') {
    return changeFlag(request, deps, { key, reason, watch: request.body?.watch, decide: enabled })
  }
  refuseWatch(request.body?.watch)
  return switchFlag(request, deps, { key, reason, decide: engaged })
}
