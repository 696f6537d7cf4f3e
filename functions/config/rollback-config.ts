import { eventOfVersion } from '../../shared/audit/history.ts'
import { rollbackProposal } from '../../shared/config/change-entry.ts'
import type { configContract } from '../../shared/config/contract.ts'
import { auditEntity } from '../../shared/config/entry-store.ts'
import { shownValue } from '../../shared/config/history.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { changeEntry } from './change-entry.ts'
import type { ConfigDeps } from './deps.ts'

/** `POST /api/v1/ops/config/{key}/rollback` */
export const rollbackConfig: Handler<typeof configContract.rollbackConfig, ConfigDeps> = (request, deps) => {
  const { key } = request.params
  const { version, reason, watch } = request.body
  return changeEntry(request, deps, {
    key,
    reason,
    watch,
    valuePath: 'body.version',
    reasonPath: 'body.reason',
    propose: async (live) => {
      const event = await eventOfVersion(deps.table, auditEntity(key), version)
      const earlier = shownValue(event?.after)
      if (earlier !== undefined) return rollbackProposal(live, earlier)
      throw new Problem('unknown_version', { detail: `${key} had no value as version ${version}.` })
    },
  })
}
