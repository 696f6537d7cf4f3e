import { eventOfVersion } from '../../shared/audit/history.ts'
import { putFlag } from '../../shared/feature-flags/change-flag.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { flagEntity } from '../../shared/feature-flags/flag-store.ts'
import type { Flag } from '../../shared/feature-flags/flag.ts'
import { flagOfView, versionView } from '../../shared/feature-flags/view.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { changeFlag } from './changing.ts'
import { unknownFlag } from './flag-at.ts'
import type { FlagDeps } from './deps.ts'
import { requireType } from './wanted-flag.ts'

/**
 * The flag as it was in a version.
 * @throws `unknown_version`, also for one in which there was no flag
 */
async function flagInVersion(
  { table }: Pick<FlagDeps, 'table'>,
  key: string,
  version: number,
): Promise<Flag> {
  const event = await eventOfVersion(table, flagEntity(key), version)
  const view = event === undefined ? undefined : versionView(event).flag
  if (view !== undefined) return flagOfView(view)
  const detail =
    event === undefined
      ? `The flag "${key}" has no version ${version}.`
      : `In version ${version} the flag "${key}" was archived; name an earlier one.`
  throw new Problem('unknown_version', { detail })
}

/** `POST /api/v1/ops/feature-flags/{key}/rollback` */
export const rollBackFlag: Handler<typeof featureFlagsContract.rollBackFlag, FlagDeps> = async (
  request,
  deps,
) => {
  const { params, body } = request
  const known = await deps.flags.get(params.key)
  if (known.defined === undefined && known.version === 0) throw unknownFlag(params.key)
  const flag = await flagInVersion(deps, params.key, body.version)
  return changeFlag(request, deps, {
    key: params.key,
    reason: body.reason,
    watch: body.watch,
    decide: (current) => {
      requireType(flag, current, 'body.version')
      return putFlag(current, flag, 'feature-flag.rolled-back')
    },
  })
}
