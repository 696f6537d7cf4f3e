import { putFlag as decide } from '../../shared/feature-flags/change-flag.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { changeFlag } from './changing.ts'
import { wantedFlag } from './wanted-flag.ts'
import type { FlagDeps } from './deps.ts'

/** `PUT /api/v1/ops/feature-flags/{key}` */
export const putFlag: Handler<typeof featureFlagsContract.putFlag, FlagDeps> = (request, deps) => {
  const { params, body } = request
  return changeFlag(request, deps, {
    key: params.key,
    reason: body.reason,
    watch: body.watch,
    decide: (known) => decide(known, wantedFlag(known, body)),
  })
}
