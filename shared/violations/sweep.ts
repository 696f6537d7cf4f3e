import { fingerprintOf } from '../alerts/alert.ts'
import { resolveAlert } from '../alerts/decide.ts'
import type { StoredAlert } from '../alerts/store.ts'
import { systemPrincipal } from '../kernel/auth.ts'
import { isInForce } from '../rate-limits/change-block.ts'
import type { LiveBlocks } from '../rate-limits/block-store.ts'
import type { LimitSetReader } from '../rate-limits/limit-set.ts'
import { blockLabels, isBlocking } from './auto-block.ts'
import { blockOffenders, type Blocker } from './block-callers.ts'
import { endBlocks, endOverrides } from './end-expired.ts'
import type { Attribution } from '../kernel/audit.ts'

/** In whose name callers are blocked, and ended blocks and overrides are put away. */
const SWEEP = systemPrincipal('violations-sweep')
/** Callers that one sweep blocks; the rest waits for the next. */
const MAX_BLOCKED = 200
/** How long to wait for the rules. */
const PATIENCE_MS = 1_000

/** What a sweep needs. */
export interface Sweeper extends Blocker {
  readonly sets: LimitSetReader
}

/** What a sweep did. */
export interface SweepReport {
  readonly blocked: number
  readonly endedBlocks: number
  readonly endedOverrides: number
  readonly resolvedAlerts: number
}

/** Resolves the alerts of rules that have nobody under a block any more. */
async function resolveAlerts(
  { alerts }: Sweeper,
  open: readonly StoredAlert[],
  { items }: LiveBlocks,
  change: Attribution,
): Promise<number> {
  const inForce = items.filter(({ block }) => isInForce(block, change.now))
  const standing = new Set(
    inForce.flatMap(({ block: { rule } }) => (rule === undefined ? [] : fingerprintOf(blockLabels(rule)))),
  )
  let resolved = 0
  for (const alert of open.filter(({ fingerprint }) => !standing.has(fingerprint))) {
    const decision = resolveAlert(alert, change.now, change.actor.name)
    if (decision === undefined) continue
    const { committed } = await alerts.commit(alerts.writesOf(alert, decision, change))
    if (committed) resolved += 1
  }
  return resolved
}

/**
 * Blocks whoever was denied too often, ends what has run out, and resolves the alerts of rules that block nobody any more.
 * Doing it twice changes nothing twice.
 */
export async function sweepLimits(sweeper: Sweeper): Promise<SweepReport> {
  const { table, effects, blocks, alerts, sets } = sweeper
  const change = { actor: SWEEP, now: effects.now() }
  // Before the blocks: an alert comes with its block, so that the block of each of these is seen.
  const open = await alerts.openOf('rate_limit_block')
  const before = await blocks.live()
  const endedBlocks = await endBlocks(table, effects, before, change)
  const endedOverrides = await endOverrides(table, effects, change)
  const { set } = await sets.current(PATIENCE_MS)
  let live = endedBlocks === 0 ? before : await blocks.live()
  let blocked = 0
  for (const rule of [...set.rules.values()].filter(isBlocking)) {
    const outcome = await blockOffenders(sweeper, rule, live, change, MAX_BLOCKED - blocked)
    live = outcome.live
    blocked += outcome.blocked
  }
  const resolvedAlerts = await resolveAlerts(sweeper, open, live, change)
  return { blocked, endedBlocks, endedOverrides, resolvedAlerts }
}
