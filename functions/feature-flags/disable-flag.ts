import { disable } from '../../shared/feature-flags/change-flag.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { flagAt } from './flag-at.ts'
import { switchFlag } from './switch-flag.ts'
import type { FlagDeps } from './deps.ts'

/** `POST /api/v1/ops/feature-flags/{key}/disable` */
export const disableFlag: Handler<typeof featureFlagsContract.disableFlag, FlagDeps> = (request, deps) =>
  switchFlag(request, deps, {
    key: request.params.key,
    reason: request.body?.reason,
    decide: (known) => disable(known, flagAt(known)),
  })
