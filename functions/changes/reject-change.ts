import type { changesContract } from '../../shared/changes/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { decideChange } from './decide-change.ts'
import type { ChangeDeps } from './deps.ts'

/** `POST /api/v1/ops/changes/{change}/reject` */
export const rejectChange: Handler<typeof changesContract.rejectChange, ChangeDeps> = (request, deps) =>
  decideChange(request, deps, {
    state: 'rejected',
    reason: request.body.reason,
    effects: () => Promise.resolve([]),
  })
