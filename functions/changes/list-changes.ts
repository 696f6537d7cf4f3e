import { changeView } from '../../shared/changes/change.ts'
import type { changesContract } from '../../shared/changes/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { ChangeDeps } from './deps.ts'

/** `GET /api/v1/ops/changes` */
export const listChanges: Handler<typeof changesContract.listChanges, ChangeDeps> = async (
  { query },
  { changes, keyring, effects },
) => {
  const { state, kind, target, limit, cursor } = query
  const cursors = await keyring.cursors()
  const page = await changes.list({ state, kind, target }, limit, cursors, cursor)
  const now = effects.now()
  const views = page.changes.map((change) => changeView(change, now))
  return {
    body: {
      changes: views.filter((view) => (state ?? view.state) === view.state),
      ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
    },
  }
}
