import { flagInForce, putFlag } from '../../shared/feature-flags/change-flag.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { flagOf } from '../../shared/feature-flags/flag.ts'
import { fieldsOf } from '../../shared/feature-flags/schemas.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { changeFlag } from './changing.ts'
import type { FlagDeps } from './deps.ts'
import { requireType } from './wanted-flag.ts'

/** `POST /api/v1/ops/feature-flags` */
export const createFlag: Handler<typeof featureFlagsContract.createFlag, FlagDeps> = (request, deps) => {
  const { key, ...body } = request.body
  return changeFlag(request, deps, {
    key,
    reason: body.reason,
    watch: body.watch,
    decide: (known) => {
      if (flagInForce(known) !== undefined) {
        throw new Problem('flag_exists', { detail: `There is a flag "${key}" already.` })
      }
      const flag = flagOf(key, fieldsOf(body))
      requireType(flag, known, 'body.type')
      return putFlag(known, flag)
    },
  })
}
