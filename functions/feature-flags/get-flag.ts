import { pendingView, stateAt } from '../../shared/changes/change.ts'
import { watchView } from '../../shared/changes/watch.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import type { FoundFlag } from '../../shared/feature-flags/flag-store.ts'
import type { Flag } from '../../shared/feature-flags/flag.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { flagAt, replyOf } from './flag-at.ts'
import type { FlagDeps } from './deps.ts'

/** The newest change of a flag that can still be approved. */
async function pendingOf({ key, version }: FoundFlag, { approval }: Flag, { changes, effects }: FlagDeps) {
  if (approval === 'none') return undefined
  const now = effects.now()
  const waiting = await changes.pending({ kind: 'flag', target: key })
  return waiting.findLast((change) => stateAt(change, now) === 'pending' && change.basedOn === version)
}

/** `GET /api/v1/ops/feature-flags/{key}` */
export const getFlag: Handler<typeof featureFlagsContract.getFlag, FlagDeps> = async ({ params }, deps) => {
  const known = await deps.flags.get(params.key)
  const flag = flagAt(known)
  const { version } = known
  const { body } = replyOf(known, flag)
  const watched = { kind: 'flag', target: known.key, targetVersion: version } as const
  const [pending, watch] = await Promise.all([pendingOf(known, flag, deps), deps.changes.watchOver(watched)])
  const shown = {
    ...body,
    ...(watch && { watch: watchView(watch) }),
    ...(pending && { pending_change: pendingView(pending) }),
  }
  return { body: shown, version }
}
