import { pendingView, stateAt } from '../../shared/changes/change.ts'
import { watchView } from '../../shared/changes/watch.ts'
import { configView, type LiveEntry } from '../../shared/config/change-entry.ts'
import type { configContract } from '../../shared/config/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { ConfigDeps } from './deps.ts'
import { entryAt } from './entry-at.ts'

/** The newest change of an entry that can still be approved. */
async function pendingOf({ key, version, entry }: LiveEntry, { changes, effects }: ConfigDeps) {
  if (entry.approval === 'none') return undefined
  const now = effects.now()
  const waiting = await changes.pending({ kind: 'config', target: key })
  return waiting.findLast((change) => stateAt(change, now) === 'pending' && change.basedOn === version)
}

/** `GET /api/v1/ops/config/{key}` */
export const getConfig: Handler<typeof configContract.getConfig, ConfigDeps> = async (
  { params: { key } },
  deps,
) => {
  const known = entryAt(await deps.config.get(key), key)
  const watched = { kind: 'config', target: key, targetVersion: known.version } as const
  const [pending, watch] = await Promise.all([pendingOf(known, deps), deps.changes.watchOver(watched)])
  const body = {
    ...configView(known),
    ...(watch && { watch: watchView(watch) }),
    ...(pending && { pending_change: pendingView(pending) }),
  }
  return { body, version: known.version }
}
