import type { changesContract } from '../../shared/changes/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { decideChange } from './decide-change.ts'
import type { ChangeDeps } from './deps.ts'

/** `POST /api/v1/ops/changes/{change}/approve` */
export const approveChange: Handler<typeof changesContract.approveChange, ChangeDeps> = (request, deps) => {
  const { principal, requestId } = request
  return decideChange(request, deps, {
    state: 'approved',
    effects: (change, now) =>
      deps.appliers[change.kind].apply(change, { by: principal.name, now, requestId }),
  })
}
