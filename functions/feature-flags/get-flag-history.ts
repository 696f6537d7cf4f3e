import { readHistory } from '../../shared/audit/history.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { flagEntity } from '../../shared/feature-flags/flag-store.ts'
import { versionView } from '../../shared/feature-flags/view.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { unknownFlag } from './flag-at.ts'
import type { FlagDeps } from './deps.ts'

/** `GET /api/v1/ops/feature-flags/{key}/history` */
export const getFlagHistory: Handler<typeof featureFlagsContract.getFlagHistory, FlagDeps> = async (
  { params, query },
  { flags, table, keyring },
) => {
  const cursors = await keyring.cursors()
  const page = await readHistory(table, flagEntity(params.key), query.limit, cursors, query.cursor)
  const { defined, version } = await flags.get(params.key)
  if (defined === undefined && version === 0) throw unknownFlag(params.key)
  return {
    body: {
      versions: page.events.map(versionView),
      ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
    },
  }
}
