import { pendingView, stateAt } from '../../shared/changes/change.ts'
import { configView } from '../../shared/config/change-entry.ts'
import type { configContract } from '../../shared/config/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { ConfigDeps } from './deps.ts'
import { entryAt } from './entry-at.ts'

/** The newest change of a key that still waits. */
async function pendingOf(key: string, { changes, effects }: ConfigDeps) {
  const now = effects.now()
  const waiting = await changes.pending('config', key)
  return waiting.findLast((change) => stateAt(change, now) === 'pending')
}

/** `GET /api/v1/ops/config/{key}` */
export const getConfig: Handler<typeof configContract.getConfig, ConfigDeps> = async (
  { params: { key } },
  deps,
) => {
  const known = entryAt(await deps.config.get(key), key)
  const pending = known.entry.approval === 'second' ? await pendingOf(key, deps) : undefined
  if (pending === undefined) return { body: configView(known), version: known.version }
  // Without an ETag: what waits comes and goes, and leaves the version as it is.
  return { body: { ...configView(known), pending_change: pendingView(pending) } }
}
