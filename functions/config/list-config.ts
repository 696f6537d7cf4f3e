import { configView, liveEntry } from '../../shared/config/change-entry.ts'
import type { configContract } from '../../shared/config/contract.ts'
import type { ConfigView } from '../../shared/config/schemas.ts'
import type { Handler, RouteRequest } from '../../shared/kernel/http/exchange.ts'
import type { ConfigDeps } from './deps.ts'

type ListRoute = typeof configContract.listConfig

/** What this list sealed, it can trust. */
const asPosition = (sealed: unknown) => sealed as { readonly after: string }

function isWanted(
  view: ConfigView,
  { public: isPublic, changed, q }: RouteRequest<ListRoute>['query'],
): boolean {
  if (isPublic !== undefined && view.public !== isPublic) return false
  if (changed !== undefined && view.is_default === changed) return false
  const words = `${view.key}\n${view.description}`.toLowerCase()
  return q === undefined || words.includes(q.toLowerCase())
}

/** `GET /api/v1/ops/config` */
export const listConfig: Handler<ListRoute, ConfigDeps> = async ({ query }, { config, keyring }) => {
  const { limit, cursor, ...filter } = query
  const cursors = await keyring.cursors()
  const scope = `config ${JSON.stringify(filter)}`
  const after = cursor === undefined ? '' : asPosition(cursors.open(cursor, scope)).after
  const views = [...(await config.all()).values()].flatMap((known) => {
    const live = liveEntry(known)
    return live === undefined ? [] : [configView(live)]
  })
  const rest = views.filter((view) => view.key > after && isWanted(view, query))
  const entries = rest.slice(0, limit)
  const last = entries.at(-1)
  return {
    body: {
      entries,
      ...(last === undefined || rest.length <= limit
        ? {}
        : { next_cursor: cursors.seal({ after: last.key }, scope) }),
    },
  }
}
