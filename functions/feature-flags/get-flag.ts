import { changesOf } from '../../shared/changes/changes-of.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { flagAt, replyOf } from './flag-at.ts'
import type { FlagDeps } from './deps.ts'

/** `GET /api/v1/ops/feature-flags/{key}` */
export const getFlag: Handler<typeof featureFlagsContract.getFlag, FlagDeps> = async (
  { params: { key } },
  { flags, changes, effects },
) => {
  const known = await flags.get(key)
  const flag = flagAt(known)
  const { version } = known
  const { body } = replyOf(known, flag)
  const target = { kind: 'flag', target: key, targetVersion: version, approval: flag.approval } as const
  return { body: { ...body, ...(await changesOf(changes, target, effects.now())) }, version }
}
