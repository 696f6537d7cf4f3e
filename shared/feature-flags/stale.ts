import { flagInForce, statusOf, type KnownFlag } from './change-flag.ts'
import type { Flag } from './flag.ts'
import type { STALE_REASONS } from './schemas.ts'

export type StaleReason = (typeof STALE_REASONS)[number]

/** After this long without an evaluation, or without a change of what everybody gets, a flag is a leftover. */
const QUIET_MS = 30 * 86_400_000

/** What is known of a flag's use. Times are milliseconds since the epoch. */
export interface FlagUse {
  readonly updatedAt: number | undefined
  readonly lastSeen: number | undefined
}

const isForAll = ({ split, targets, rules, schedule }: Flag, status: Flag['status']): boolean => {
  if (status === 'disabled') return true
  if (targets.length > 0 || rules.length > 0 || schedule !== undefined) return false
  return (
    status === 'enabled' || (status === 'percentage' && split.some(({ percentage }) => percentage === 100))
  )
}

/**
 * Why a flag should be gone from the code; empty when it should not. A killswitch is meant to lie idle, so that only its
 * expiry counts. What nobody has ever changed has been so for ever.
 */
export function staleReasons(known: KnownFlag, use: FlagUse, now: number): readonly StaleReason[] {
  const flag = flagInForce(known)
  if (flag === undefined) return []
  const reasons: StaleReason[] = []
  if (flag.expires !== undefined && Date.parse(flag.expires) <= now) reasons.push('expired')
  if (flag.category === 'killswitch') return reasons
  const sinceChange = now - (use.updatedAt ?? -Infinity)
  if (sinceChange <= QUIET_MS) return reasons
  if (now - (use.lastSeen ?? -Infinity) > QUIET_MS) reasons.push('unused')
  if (use.updatedAt !== undefined && isForAll(flag, statusOf(flag, known.isSwitched))) reasons.push('settled')
  return reasons
}
