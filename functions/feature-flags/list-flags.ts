import { flagInForce } from '../../shared/feature-flags/change-flag.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import type { FoundFlag } from '../../shared/feature-flags/flag-store.ts'
import type { FlagView } from '../../shared/feature-flags/schemas.ts'
import { flagView } from '../../shared/feature-flags/view.ts'
import type { Handler, RouteRequest } from '../../shared/kernel/http/exchange.ts'
import type { FlagDeps } from './deps.ts'

type Query = RouteRequest<typeof featureFlagsContract.listFlags>['query']

/** An archived flag is shown as it was. */
function viewsOf(known: FoundFlag, state: Query['state']): FlagView[] {
  if (known.isArchived !== (state === 'archived') && state !== 'all') return []
  const flag = flagInForce(known) ?? known.archived
  return flag === undefined ? [] : [flagView(flag, known)]
}

const contains = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase())

function isWanted(view: FlagView, query: Query): boolean {
  const { category, status, type, owner, tag, q } = query
  return (
    (category ?? view.category) === view.category &&
    (status ?? view.status) === view.status &&
    (type ?? view.type) === view.type &&
    (owner ?? view.owner) === view.owner &&
    (tag === undefined || view.tags.includes(tag)) &&
    (query.public === undefined || view.public === (query.public === 'true')) &&
    (q === undefined || contains(view.key, q) || contains(view.description, q))
  )
}

const keyAfter = (sealed: Readonly<Record<string, unknown>>): string => String(sealed['after'])

/** `GET /api/v1/ops/feature-flags` */
export const listFlags: Handler<typeof featureFlagsContract.listFlags, FlagDeps> = async (
  { query },
  { flags, keyring },
) => {
  const { limit, cursor, ...filter } = query
  const cursors = await keyring.cursors()
  const scope = `feature-flags ${JSON.stringify(filter)}`
  const after = cursor === undefined ? '' : keyAfter(cursors.open(cursor, scope))
  const all = await flags.all()
  const wanted = [...all.flags.values()]
    .filter(({ key }) => key > after)
    .flatMap((known) => viewsOf(known, query.state))
    .filter((view) => isWanted(view, query))
  const page = wanted.slice(0, limit)
  const last = wanted.length > limit ? page.at(-1) : undefined
  return {
    body: {
      flags: page,
      ...(last === undefined ? {} : { next_cursor: cursors.seal({ after: last.key }, scope) }),
    },
  }
}
