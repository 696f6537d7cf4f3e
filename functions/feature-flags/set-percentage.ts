import { putFlag } from '../../shared/feature-flags/change-flag.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import type { Flag } from '../../shared/feature-flags/flag.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler, RouteRequest } from '../../shared/kernel/http/exchange.ts'
import { changeFlag } from './changing.ts'
import { flagAt } from './flag-at.ts'
import type { FlagDeps } from './deps.ts'

const invalid = (path: string, reason: string): Problem =>
  new Problem('invalid_input', { fields: [{ path, reason }] })

type Request = Pick<RouteRequest<typeof featureFlagsContract.setPercentage>, 'query' | 'body'>

/** The percentage of a request, in the query or in the body. */
function percentageOf({ query, body }: Request): number {
  const asked = query.percentage === undefined ? undefined : Number(query.percentage)
  if (asked !== undefined && asked > 100) throw invalid('query.percentage', 'must be at most 100')
  if (asked !== undefined && body?.percentage !== undefined) {
    throw invalid('body.percentage', 'must not stand beside the one in the query: send one of the two')
  }
  const percentage = asked ?? body?.percentage
  if (percentage === undefined) {
    throw invalid('query.percentage', 'must be given, here or as "percentage" in the body')
  }
  return percentage
}

/** @throws `invalid_input` when a percentage alone does not say what the flag should be */
function requireRollout({ category, split, on }: Flag): void {
  if (category === 'killswitch') {
    throw invalid('path.key', 'must not be a killswitch: it is engaged for everybody, or for nobody')
  }
  const isSimple = split.length === 0 || (split.length === 1 && split[0]?.variant === on)
  if (isSimple) return
  throw invalid(
    'path.key',
    'must not be a flag with a split of several variants: PUT its split in place of this',
  )
}

/** `POST /api/v1/ops/feature-flags/{key}/percentage` */
export const setPercentage: Handler<typeof featureFlagsContract.setPercentage, FlagDeps> = async (
  request,
  deps,
) => {
  const percentage = percentageOf(request)
  return changeFlag(request, deps, {
    key: request.params.key,
    reason: request.body?.reason,
    watch: request.body?.watch,
    decide: (known) => {
      const flag = flagAt(known)
      requireRollout(flag)
      return putFlag(known, { ...flag, status: 'percentage', split: [{ variant: flag.on, percentage }] })
    },
  })
}
