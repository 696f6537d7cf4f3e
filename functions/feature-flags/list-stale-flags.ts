import { flagInForce, statusOf } from '../../shared/feature-flags/change-flag.ts'
import type { featureFlagsContract } from '../../shared/feature-flags/contract.ts'
import { readLastSeen } from '../../shared/feature-flags/exposure-store.ts'
import { staleReasons } from '../../shared/feature-flags/stale.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { FlagDeps } from './deps.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

/** `GET /api/v1/ops/feature-flags/stale` */
export const listStaleFlags: Handler<typeof featureFlagsContract.listStaleFlags, FlagDeps> = async (
  _request,
  { flags, table, effects },
) => {
  const [all, seen] = await Promise.all([flags.all(), readLastSeen(table)])
  const now = effects.now()
  const stale = [...all.flags.values()].flatMap((known) => {
    const flag = flagInForce(known)
    const lastSeen = seen.get(known.key)
    const reasons = staleReasons(known, { updatedAt: known.updatedAt, lastSeen }, now)
    if (flag === undefined || reasons.length === 0) return []
    return [
      {
        key: flag.key,
        owner: flag.owner,
        status: statusOf(flag, known.isSwitched),
        reasons: [...reasons],
        ...(flag.expires === undefined ? {} : { expires: flag.expires }),
        ...(known.updatedAt === undefined ? {} : { updated_at: iso(known.updatedAt) }),
        ...(lastSeen === undefined ? {} : { last_seen: iso(lastSeen) }),
      },
    ]
  })
  return { body: { flags: stale } }
}
