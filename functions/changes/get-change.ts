import { changeView, stateAt } from '../../shared/changes/change.ts'
import type { changesContract } from '../../shared/changes/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { changeAt } from './decide-change.ts'
import type { ChangeDeps } from './deps.ts'

/** `GET /api/v1/ops/changes/{change}` */
export const getChange: Handler<typeof changesContract.getChange, ChangeDeps> = async (
  { params },
  { changes, effects },
) => {
  const now = effects.now()
  const change = await changeAt(changes, params.change)
  const body = changeView(change, now)
  // Without an ETag when its time is up and nobody has closed it: that leaves the version as it is.
  return stateAt(change, now) === change.state ? { body, version: change.version } : { body }
}
