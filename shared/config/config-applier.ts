import type { Applier } from '../changes/applier.ts'
import { approvalNotes } from '../changes/notes.ts'
import { beginWatch } from '../changes/store.ts'
import type { Watch, WatchTerms } from '../changes/watch.ts'
import { watchTerms, type AlertSource } from '../changes/watching.ts'
import type { Change } from '../changes/change.ts'
import { canonicalJson } from '../kernel/canonical.ts'
import { Problem } from '../kernel/errors.ts'
import {
  decide,
  liveEntry,
  proposalFaults,
  resetProposal,
  valueOf,
  withValue,
  type ConfigAction,
  type ConfigDecision,
  type KnownEntry,
  type LiveEntry,
} from './change-entry.ts'
import type { ConfigState, ConfigStore } from './entry-store.ts'

/** What a change of configuration says that it does, it does: it was made by `decide`. */
const actionOf = ({ action }: Change) => action as ConfigAction

/** @throws `change_outdated` */
function currentOf(state: ConfigState, { target, basedOn }: Change): LiveEntry {
  const live = liveEntry(state.entries.get(target))
  if (live?.version === basedOn) return live
  const now = live === undefined ? 'is gone' : `has version ${live.version}`
  throw new Problem('change_outdated', {
    detail: `It was asked for on version ${basedOn}; ${target} ${now}.`,
  })
}

/**
 * What is approved is what was shown: a deployment may have changed the default meanwhile, or defined the key.
 * @throws `change_outdated`
 */
function requireSameDefault(live: LiveEntry, { action, proposed, target }: Change): void {
  const removes = action === 'config.deleted' && resetProposal(live).action === action
  const now = removes ? undefined : live.entry.default
  if (canonicalJson(now) === canonicalJson(proposed)) return
  throw new Problem('change_outdated', {
    detail: `The default of ${target} is another one than when it was asked for.`,
  })
}

/** The watch over a change of an entry. */
export const watchOf = ({ previous, next }: ConfigDecision, terms: WatchTerms): Watch => ({
  ...terms,
  kind: 'config',
  target: next.key,
  targetVersion: next.version,
  previous: previous.value,
})

function decisionOf(live: LiveEntry, change: Change, now: number): ConfigDecision {
  if (change.resets) requireSameDefault(live, change)
  const value = change.resets ? undefined : change.proposed
  const fields = proposalFaults(live, { value }, 'proposed')
  if (fields.length > 0) throw new Problem('invalid_input', { fields })
  return decide(live, { action: actionOf(change), value }, { name: change.author.name, at: now })
}

/** Whether the entry still has what a watched change gave it. */
const isUntouched = (known: KnownEntry | undefined, watch: Watch): boolean =>
  known?.version === watch.targetVersion

/** What is to hold again, and why. What a deployment has forbidden meanwhile does not come back: the default does. */
function restorable(live: LiveEntry, { previous }: Watch, reason: string) {
  const { fault } = withValue(live, previous)
  if (fault === undefined) return { value: previous, why: reason }
  return {
    value: undefined,
    why: `${reason}. What held before breaks its schema by now (${fault}): the default holds`,
  }
}

/** Approved and watched changes of configuration entries. */
export const configApplier = (config: ConfigStore, source: AlertSource): Applier => ({
  apply: async (change, { by, now, requestId }) => {
    const state = await config.read()
    const decision = decisionOf(currentOf(state, change), change, now)
    const terms = await watchTerms(source, change.watch, 'watch', { by: change.author.name, now })
    const watch = terms && watchOf(decision, terms)
    const notes = approvalNotes(change, by, watch)
    const context = { actor: change.author, now, requestId, reason: change.reason, notes }
    return [
      ...config.writesOf(state, [decision], context),
      ...(watch === undefined ? [] : [beginWatch(watch)]),
    ]
  },

  restore: async (watch, { actor, now, reason }) => {
    const state = await config.read()
    const live = liveEntry(state.entries.get(watch.target))
    if (live === undefined || !isUntouched(live, watch)) return undefined
    const { value, why } = restorable(live, watch, reason)
    const decision = decide(live, { action: 'config.reverted', value }, { name: actor.name, at: now })
    return {
      version: decision.next.version,
      from: valueOf(live),
      to: valueOf(withValue(live, value)),
      writes: config.writesOf(state, [decision], { actor, now, reason: why }),
    }
  },
})
