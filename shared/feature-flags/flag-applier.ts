import type { Applier } from '../changes/applier.ts'
import type { Change } from '../changes/change.ts'
import { approvalNotes } from '../changes/notes.ts'
import { beginWatch } from '../changes/store.ts'
import type { Watch, WatchTerms } from '../changes/watch.ts'
import { watchTerms, type AlertSource } from '../changes/watching.ts'
import { Problem } from '../kernel/errors.ts'
import type { Write } from '../kernel/table/types.ts'
import {
  archive,
  flagInForce,
  putFlag,
  throwSwitch,
  type FlagAction,
  type FlagDecision,
} from './change-flag.ts'
import type { Flag } from './flag.ts'
import { inForce, knownIn, type AllFlags, type FlagStore, type FoundFlag } from './flag-store.ts'
import { dependencyFaults, dependentsOf } from './prerequisites.ts'
import type { FlagView } from './schemas.ts'
import { flagOfView, flagView } from './view.ts'

/** What a change of a flag says that it does, it does: it was made by a decision. */
const actionOf = ({ action }: Change) => action as FlagAction
/** Changes and watches carry the views that `flagView` makes. */
const asView = (view: unknown) => view as FlagView

/** @throws `change_outdated` */
function currentOf(all: AllFlags, { target, basedOn }: Change): FoundFlag {
  const known = knownIn(all, target)
  if (known.version === basedOn) return known
  throw new Problem('change_outdated', {
    detail: `It was asked for on version ${basedOn}; ${target} has version ${known.version}.`,
  })
}

/** @throws `flag_needed`, or `invalid_input`, when what others need or the flag needs has gone meanwhile */
function requireConsistent({ next }: FlagDecision, all: AllFlags): void {
  const flag = flagInForce(next)
  const others = inForce(all)
  const dependents = flag === undefined ? dependentsOf(next.key, others) : []
  if (dependents.length > 0) {
    throw new Problem('flag_needed', { detail: `It is a prerequisite of ${dependents.join(', ')}.` })
  }
  const faults = flag === undefined ? [] : dependencyFaults(flag, others)
  if (faults.length === 0) return
  throw new Problem('invalid_input', {
    fields: faults.map(({ path, reason }) => ({ path: `proposed.${path}`, reason })),
  })
}

/** The watch over a change of a flag; `undefined` for a new flag: there is nothing to go back to. */
export function watchOf(known: FoundFlag, { next }: FlagDecision, terms: WatchTerms): Watch | undefined {
  const flag = flagInForce(known)
  if (flag === undefined) return undefined
  const previous = flagView(flag, known)
  return { ...terms, kind: 'flag', target: known.key, targetVersion: next.version, previous }
}

/** What is to hold again, and why. What others do not allow any more does not come back: the flag is off then. */
function restorable(known: FoundFlag, current: Flag, { previous }: Watch, all: AllFlags, reason: string) {
  const flag = flagOfView(asView(previous))
  const [fault] = dependencyFaults(flag, inForce(all))
  if (fault === undefined) return { decision: putFlag(known, flag, 'feature-flag.reverted'), why: reason }
  return {
    decision: { ...throwSwitch(known, current, true), action: 'feature-flag.reverted' } as const,
    why: `${reason}. What held before does not go together with other flags (${fault.path} ${fault.reason}): the flag is off`,
  }
}

/** What a message says of a flag: the whole of one may be larger than a message. */
const outlineOf = ({ status, split, version }: FlagView) => ({ status, split, version })

/** Approved and watched changes of feature flags. */
export const flagApplier = (flags: FlagStore, source: AlertSource): Applier => ({
  apply: async (change, { by, now, requestId }) => {
    const all = await flags.all()
    const known = currentOf(all, change)
    const decision =
      change.proposed === undefined
        ? archive(known)
        : putFlag(known, flagOfView(asView(change.proposed)), actionOf(change))
    requireConsistent(decision, all)
    const terms = await watchTerms(source, change.watch, 'watch', { by: change.author.name, now })
    const watch = terms && watchOf(known, decision, terms)
    const notes = approvalNotes(change, by, watch)
    const context = { actor: change.author, now, requestId, reason: change.reason, notes }
    const begun: readonly Write[] = watch === undefined ? [] : [beginWatch(watch)]
    return [...flags.writesOf(all, [{ known, decision }], context), ...begun]
  },

  restore: async (watch, { actor, now, reason }) => {
    const all = await flags.all()
    const known = knownIn(all, watch.target)
    const current = flagInForce(known)
    if (current === undefined || known.version !== watch.targetVersion) return undefined
    const { decision, why } = restorable(known, current, watch, all, reason)
    const restored = flagInForce(decision.next) ?? current
    return {
      version: decision.next.version,
      from: outlineOf(flagView(current, known)),
      to: outlineOf(flagView(restored, decision.next)),
      writes: flags.writesOf(all, [{ known, decision }], { actor, now, reason: why }),
    }
  },
})
