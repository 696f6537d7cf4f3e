import { pendingView, stateAt, type Change } from './change.ts'
import type { PendingChange, WatchView } from './schemas.ts'
import type { ChangeStore } from './store.ts'
import { watchView, type WatchedVersion } from './watch.ts'

/** A version of a target, and whether its changes wait for a second person. */
interface Target extends WatchedVersion {
  readonly approval: 'none' | 'second'
}

/** The newest change that can still be approved. */
async function waitingOn(
  changes: Pick<ChangeStore, 'pending'>,
  { kind, target, targetVersion, approval }: Target,
  now: number,
): Promise<Change | undefined> {
  if (approval === 'none') return undefined
  const waiting = await changes.pending({ kind, target })
  return waiting.findLast((change) => stateAt(change, now) === 'pending' && change.basedOn === targetVersion)
}

/**
 * What the API shows beside a target: the change that waits for a second person, and what watches the version that holds.
 * @param now milliseconds since the epoch
 */
export async function changesOf(
  changes: Pick<ChangeStore, 'pending' | 'watchOver'>,
  target: Target,
  now: number,
): Promise<{ watch?: WatchView; pending_change?: PendingChange }> {
  const [pending, watch] = await Promise.all([waitingOn(changes, target, now), changes.watchOver(target)])
  return {
    ...(watch && { watch: watchView(watch) }),
    ...(pending && { pending_change: pendingView(pending) }),
  }
}
