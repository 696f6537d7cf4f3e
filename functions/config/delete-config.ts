import { resetProposal } from '../../shared/config/change-entry.ts'
import type { configContract } from '../../shared/config/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { changeEntry } from './change-entry.ts'
import type { ConfigDeps } from './deps.ts'

/** `DELETE /api/v1/ops/config/{key}` */
export const deleteConfig: Handler<typeof configContract.deleteConfig, ConfigDeps> = (request, deps) =>
  changeEntry(request, deps, {
    key: request.params.key,
    reason: request.query.reason,
    valuePath: 'path.key',
    reasonPath: 'query.reason',
    propose: (live) => {
      const isDefault = live.defined !== undefined && live.value === undefined
      return isDefault ? undefined : resetProposal(live)
    },
  })
