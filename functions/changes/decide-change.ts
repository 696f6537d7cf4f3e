import {
  changeView,
  decideChange as decide,
  stateAt,
  type ChangeDecision,
  type Verdict,
} from '../../shared/changes/change.ts'
import type { ChangeView } from '../../shared/changes/schemas.ts'
import type { ChangeStore, StoredChange } from '../../shared/changes/store.ts'
import { mayCall, type Principal } from '../../shared/kernel/auth.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import { requireMatch } from '../../shared/kernel/etag.ts'
import type { Reply } from '../../shared/kernel/http/reply.ts'
import { retrying } from '../../shared/kernel/live-set/retrying.ts'
import { ADMINS } from '../../shared/kernel/route.ts'
import type { Write } from '../../shared/kernel/table/types.ts'
import type { ChangeDeps } from './deps.ts'

/** What of a request a decision needs. */
interface Request {
  readonly params: { readonly change: string }
  readonly principal: Principal
  readonly requestId: string
  readonly ifMatch: string | undefined
  readonly receipt: (reply: Reply<ChangeView>) => readonly Write[]
}

/** What is decided, and what else happens with it. */
interface Decision extends Pick<Verdict, 'reason'> {
  readonly state: 'approved' | 'rejected'
  readonly effects: (change: StoredChange, now: number) => Promise<readonly Write[]>
}

/** @throws `unknown_change` */
export async function changeAt(changes: ChangeStore, id: string): Promise<StoredChange> {
  const change = await changes.get(id)
  if (change === undefined) throw new Problem('unknown_change', { detail: `There is no change "${id}".` })
  return change
}

/** @throws `forbidden`, `change_closed`, `own_change` */
function decided(change: StoredChange, principal: Principal, verdict: Verdict): ChangeDecision {
  const decidesForOthers = mayCall({ roles: ADMINS }, principal)
  const decision = decide(change, { ...principal, decidesForOthers }, verdict)
  if (decision === 'foreign') {
    throw new Problem('forbidden', {
      detail: `${change.author.name} has asked for it: this needs its author, or one of the roles ${ADMINS.join(', ')}.`,
    })
  }
  if (decision === 'closed') {
    throw new Problem('change_closed', { detail: `The change is ${stateAt(change, verdict.now)}.` })
  }
  if (decision === 'own') {
    throw new Problem('own_change', { detail: `${change.author.name} has asked for it.` })
  }
  return decision
}

async function attempt(
  { params, principal, requestId, ifMatch, receipt }: Request,
  { changes, effects }: ChangeDeps,
  { state, reason, effects: effectsOf }: Decision,
): Promise<Reply<ChangeView> | undefined> {
  const now = effects.now()
  const change = await changeAt(changes, params.change)
  requireMatch(ifMatch, change.version)
  const decision = decided(change, principal, { state, by: principal.name, now, reason })
  const reply = { body: changeView(decision.change, now), version: decision.change.version }
  const writes = [
    ...changes.writesOf(change, decision, { actor: principal, now, requestId }),
    ...(await effectsOf(change, now)),
    ...receipt(reply),
  ]
  const { committed } = await changes.commit(writes)
  return committed ? reply : undefined
}

/**
 * Decides about a change, together with what follows from it. Begins again when anything has changed meanwhile.
 * @throws `unknown_change`, `stale_version`, `forbidden`, `change_closed`, `own_change`, `conflict`
 */
export const decideChange = (
  request: Request,
  deps: ChangeDeps,
  decision: Decision,
): Promise<Reply<ChangeView>> => retrying(deps.effects, () => attempt(request, deps, decision))
