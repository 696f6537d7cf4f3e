import { pendingView } from '../../shared/changes/change.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { flagAt, replyOf } from './changing.ts'
import type { FlagDeps } from './deps.ts'

/** `GET /api/v1/ops/feature-flags/{key}` */
export const getFlag: Handler<typeof featureFlagsContract.getFlag, FlagDeps> = async (
  { params },
  { flags, changes },
) => {
  const known = await flags.get(params.key)
  const flag = flagAt(known)
  const { body, version = 0 } = replyOf(known, flag)
  if (flag.approval === 'none') return { body, version }
  const waiting = (await changes.pending('flag', params.key)).at(-1)
  return { body: { ...body, ...(waiting && { pending_change: pendingView(waiting) }) }, version }
}
