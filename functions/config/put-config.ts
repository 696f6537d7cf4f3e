import type { configContract } from '../../shared/config/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { changeEntry } from './change-entry.ts'
import type { ConfigDeps } from './deps.ts'

/** `PUT /api/v1/ops/config/{key}` */
export const putConfig: Handler<typeof configContract.putConfig, ConfigDeps> = (request, deps) => {
  const { value, reason, watch } = request.body
  return changeEntry(request, deps, {
    key: request.params.key,
    reason,
    watch,
    valuePath: 'body.value',
    reasonPath: 'body.reason',
    propose: () => ({ action: 'config.set', value }),
  })
}
