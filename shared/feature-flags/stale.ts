import { flagInForce, type KnownFlag } from './change-flag.ts'
import { compileFlag } from './compile.ts'
import type { STALE_REASONS } from './schemas.ts'

export type StaleReason = (typeof STALE_REASONS)[number]

/** After this long without an evaluation, or without a change of what everybody gets, a flag is a leftover. */
const QUIET_MS = 30 * 86_400_000

/** What is known of a flag's use. Times are milliseconds since the epoch. */
export interface FlagUse {
  readonly updatedAt: number | undefined
  readonly lastSeen: number | undefined
}

/**
 * Why a flag should be gone from the code; empty when it should not. A killswitch is meant to lie idle, so that only its
 * expiry counts. Of a flag that was never changed nor evaluated nobody knows how old it is.
 */
export function staleReasons(known: KnownFlag, use: FlagUse, now: number): readonly StaleReason[] {
  const flag = flagInForce(known)
  if (flag === undefined) return []
  const reasons: StaleReason[] = []
  if (flag.expires !== undefined && Date.parse(flag.expires) <= now) reasons.push('expired')
  if (flag.category === 'killswitch') return reasons
  const { updatedAt = -Infinity, lastSeen = -Infinity } = use
  const lastUse = Math.max(updatedAt, lastSeen)
  if (lastUse !== -Infinity && now - lastUse > QUIET_MS) reasons.push('unused')
  const isSettled = compileFlag(flag, known.isSwitched).fixed !== undefined
  if (updatedAt !== -Infinity && now - updatedAt > QUIET_MS && isSettled) reasons.push('settled')
  return reasons
}
