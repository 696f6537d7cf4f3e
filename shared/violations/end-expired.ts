import type { Effects } from '../kernel/effects.ts'
import type { Attribution } from '../kernel/audit.ts'
import type { Table } from '../kernel/table/table.ts'
import { endWrites, ranOut, type LiveBlocks } from '../rate-limits/block-store.ts'
import { expiredOverrides, removeWrites } from '../rate-limits/override-store.ts'

/** The rest waits for the next sweep: whatever has run out holds no longer anyway. */
const MAX_ENDED = 200

/**
 * Moves blocks that have run out to the archive. Whoever else ends one at the same moment has done the same.
 * @returns how many were moved
 */
export async function endBlocks(
  table: Table,
  effects: Effects,
  live: LiveBlocks,
  change: Attribution,
): Promise<number> {
  let ended = 0
  for (const block of ranOut(live, change.now).slice(0, MAX_ENDED)) {
    const { committed } = await table.commit(endWrites(block, change).writes, effects.id())
    if (committed) ended += 1
  }
  return ended
}

/**
 * Takes overrides that have run out off their counters.
 * @returns how many were taken off
 */
export async function endOverrides(table: Table, effects: Effects, change: Attribution): Promise<number> {
  let ended = 0
  for (const override of await expiredOverrides(table, change.now, MAX_ENDED)) {
    const { committed } = await table.commit(removeWrites(override, change, 'expired'), effects.id())
    if (committed) ended += 1
  }
  return ended
}
