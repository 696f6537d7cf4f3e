import { readHistory } from '../../shared/audit/history.ts'
import { liveEntry } from '../../shared/config/change-entry.ts'
import type { configContract } from '../../shared/config/contract.ts'
import { auditEntity } from '../../shared/config/entry-store.ts'
import { versionView } from '../../shared/config/history.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { ConfigDeps } from './deps.ts'
import { unknownKey } from './entry-at.ts'

/** `GET /api/v1/ops/config/{key}/history` */
export const listConfigHistory: Handler<typeof configContract.listConfigHistory, ConfigDeps> = async (
  { params: { key }, query: { limit, cursor } },
  { config, table, keyring },
) => {
  const cursors = await keyring.cursors()
  const known = await config.get(key)
  // A key that was removed still has its history.
  if (known.version === 0 && liveEntry(known) === undefined) throw unknownKey(key)
  const { events, nextCursor } = await readHistory(table, auditEntity(key), limit, cursors, cursor)
  return {
    body: {
      versions: events.map(versionView),
      ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }),
    },
  }
}
