import { askForApproval } from '../../shared/changes/asking.ts'
import type { WatchBody } from '../../shared/changes/schemas.ts'
import { watchNotes } from '../../shared/changes/notes.ts'
import { beginWatch } from '../../shared/changes/store.ts'
import { watchTerms } from '../../shared/changes/watching.ts'
import { flagInForce, type FlagDecision } from '../../shared/feature-flags/change-flag.ts'
import { watchOf } from '../../shared/feature-flags/flag-applier.ts'
import {
  afterChange,
  inForce,
  knownIn,
  type AllFlags,
  type ChangedFlag,
  type FoundFlag,
} from '../../shared/feature-flags/flag-store.ts'
import type { FlagView } from '../../shared/feature-flags/schemas.ts'
import { flagView } from '../../shared/feature-flags/view.ts'
import type { Principal } from '../../shared/kernel/auth.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import { requireMatch } from '../../shared/kernel/etag.ts'
import type { Reply } from '../../shared/kernel/http/reply.ts'
import { inTurn } from '../../shared/kernel/live-set/in-turn.ts'
import type { Write } from '../../shared/kernel/table/types.ts'
import type { FlagDeps } from './deps.ts'
import { replyOf } from './flag-at.ts'
import { requirePrerequisites, requireSmall } from './wanted-flag.ts'

/** What a change needs of its request. */
export interface ChangeRequest {
  readonly principal: Principal
  readonly ifMatch: string | undefined
  readonly requestId: string
  readonly receipt: (reply: Reply<FlagView>) => readonly Write[]
}

/** What a request wants of a flag. */
export interface Wanted {
  readonly key: string
  readonly reason: string | undefined
  readonly watch?: WatchBody | undefined
  /**
   * Decides anew on each attempt.
   * @returns `undefined` when nothing has to change
   */
  readonly decide: (known: FoundFlag, all: AllFlags) => FlagDecision | undefined
}

/** What a change answers, and what it writes. */
interface Outcome {
  readonly reply: Reply<FlagView>
  readonly writes: readonly Write[]
}

/** What is to become of a flag, and what it was decided on. */
interface Planned {
  readonly all: AllFlags
  readonly known: FoundFlag
  readonly decision: FlagDecision
}

/** The change waits for a second person; nothing of the flag is different yet. */
async function held(request: ChangeRequest, deps: FlagDeps, plan: Planned, wanted: Wanted): Promise<Outcome> {
  const { known, decision } = plan
  const { body: current } = replyOf(known, flagInForce(known) ?? known.archived)
  const after = flagInForce(decision.next)
  const asked = {
    kind: 'flag',
    target: known.key,
    action: decision.action,
    current,
    proposed:
      after === undefined
        ? undefined
        : flagView(after, { ...decision.next, updatedAt: undefined, updatedBy: undefined }),
    resets: false,
    basedOn: known.version,
    reason: wanted.reason,
    watch: wanted.watch,
  } as const
  const { pending, writes } = await askForApproval(deps, asked, request)
  return { reply: { status: 202, body: { ...current, pending_change: pending } }, writes }
}

async function applied(
  request: ChangeRequest,
  deps: FlagDeps,
  { all, known, decision }: Planned,
  { reason, watch: asked }: Wanted,
): Promise<Outcome> {
  const { principal: actor, requestId } = request
  const now = deps.effects.now()
  const terms = await watchTerms(deps, asked, 'body.watch', { by: actor.name, now })
  const watch = terms && watchOf(known, decision, terms)
  const notes = watchNotes(watch)
  const change = { actor, now, requestId, reason, notes }
  const changed: ChangedFlag = { known, decision }
  const { body, version = 0 } = replyOf(
    afterChange(changed, change),
    flagInForce(decision.next) ?? flagInForce(known),
  )
  return {
    reply: { body: { ...body, ...notes }, version },
    writes: [
      ...deps.flags.writesOf(all, [changed], change),
      ...(watch === undefined ? [] : [beginWatch(watch)]),
    ],
  }
}

/** @throws `invalid_input` where there is nothing that a watch could take back */
export function refuseWatch(watch: WatchBody | undefined): void {
  if (watch === undefined) return
  const reason = 'must not be given: this changes nothing that could be taken back by itself'
  throw new Problem('invalid_input', { fields: [{ path: 'body.watch', reason }] })
}

/** Who demands a second person is the flag as it is, or was when it was archived: nobody can switch that off alone. */
export const mustWait = (known: FoundFlag): boolean =>
  (flagInForce(known) ?? known.archived)?.approval === 'second'

/**
 * Changes one flag: definition, history and what containers keep at hand, in one transaction; or asks for the change where
 * a second person has to approve it. Begins anew when somebody has changed any flag meanwhile.
 * @throws `unknown_flag`, `stale_version`, `too_many_flags`, `conflict`
 */
export const changeFlag = (
  request: ChangeRequest,
  deps: FlagDeps,
  wanted: Wanted,
): Promise<Reply<FlagView>> =>
  inTurn({ ...deps, entity: 'flag-live' }, async () => {
    const all = await deps.flags.all()
    const known = knownIn(all, wanted.key)
    const decision = wanted.decide(known, all)
    requireMatch(request.ifMatch, known.version)
    if (decision === undefined || flagInForce(known) === undefined) refuseWatch(wanted.watch)
    if (decision === undefined) return replyOf(known)
    const after = flagInForce(decision.next)
    if (after !== undefined) {
      requireSmall(after)
      requirePrerequisites(after, inForce(all))
    }
    const plan = { all, known, decision }
    const { reply, writes } = mustWait(known)
      ? await held(request, deps, plan, wanted)
      : await applied(request, deps, plan, wanted)
    const { committed } = await deps.flags.commit([...writes, ...request.receipt(reply)])
    return committed ? reply : undefined
  })
