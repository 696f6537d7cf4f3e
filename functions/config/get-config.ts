import { changesOf } from '../../shared/changes/changes-of.ts'
import { configView } from '../../shared/config/change-entry.ts'
import type { configContract } from '../../shared/config/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { ConfigDeps } from './deps.ts'
import { entryAt } from './entry-at.ts'

/** `GET /api/v1/ops/config/{key}` */
export const getConfig: Handler<typeof configContract.getConfig, ConfigDeps> = async (
  { params: { key } },
  { config, changes, effects },
) => {
  const known = entryAt(await config.get(key), key)
  const { version, entry } = known
  const target = { kind: 'config', target: key, targetVersion: version, approval: entry.approval } as const
  return { body: { ...configView(known), ...(await changesOf(changes, target, effects.now())) }, version }
}
