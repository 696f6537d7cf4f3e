import { askForApproval } from '../../shared/changes/asking.ts'
import type { WatchBody } from '../../shared/changes/schemas.ts'
import { watchNotes } from '../../shared/changes/notes.ts'
import { beginWatch } from '../../shared/changes/store.ts'
import { watchTerms } from '../../shared/changes/watching.ts'
import {
  configView,
  decide,
  liveEntry,
  proposalFaults,
  reasonFaults,
  valueOf,
  withValue,
  type LiveEntry,
  type Proposal,
} from '../../shared/config/change-entry.ts'
import { watchOf } from '../../shared/config/config-applier.ts'
import type { ConfigState } from '../../shared/config/entry-store.ts'
import type { ConfigView } from '../../shared/config/schemas.ts'
import type { Principal } from '../../shared/kernel/auth.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import { requireMatch } from '../../shared/kernel/etag.ts'
import type { Reply } from '../../shared/kernel/http/reply.ts'
import { inTurn } from '../../shared/kernel/live-set/in-turn.ts'
import type { Write } from '../../shared/kernel/table/types.ts'
import type { ConfigDeps } from './deps.ts'
import { entryAt } from './entry-at.ts'

/** What of a request a change needs. */
interface Request {
  readonly principal: Principal
  readonly requestId: string
  readonly ifMatch: string | undefined
  readonly receipt: (reply: Reply<ConfigView>) => readonly Write[]
}

/** What a request asks to become of an entry. */
interface Wish {
  readonly key: string
  readonly reason: string | undefined
  readonly watch?: WatchBody | undefined
  /** Where the request names the value, and where the reason; for those who read what is wrong with it. */
  readonly valuePath: string
  readonly reasonPath: string
  /** @returns `undefined` when the entry is that way already */
  readonly propose: (live: LiveEntry) => Proposal | undefined | Promise<Proposal | undefined>
}

/** What a change answers, and what it writes. */
interface Outcome {
  readonly reply: Reply<ConfigView>
  readonly writes: readonly Write[]
}

/** @throws `invalid_input` that names every rule which the wish breaks */
function checkWish(live: LiveEntry, proposal: Proposal, { reason, valuePath, reasonPath }: Wish): void {
  const fields = [...proposalFaults(live, proposal, valuePath), ...reasonFaults(live, reason, reasonPath)]
  if (fields.length > 0) throw new Problem('invalid_input', { fields })
}

/** The change waits; nothing of the entry is different yet. */
async function held(
  request: Request,
  deps: ConfigDeps,
  live: LiveEntry,
  proposal: Proposal,
  wish: Wish,
): Promise<Outcome> {
  const removes = proposal.action === 'config.deleted'
  const asked = {
    kind: 'config',
    target: live.key,
    action: proposal.action,
    current: valueOf(live),
    proposed: removes ? undefined : valueOf(withValue(live, proposal.value)),
    resets: proposal.value === undefined,
    basedOn: live.version,
    reason: wish.reason,
    watch: wish.watch,
  } as const
  const { pending, writes } = await askForApproval(deps, asked, request)
  return { reply: { status: 202, body: { ...configView(live), pending_change: pending } }, writes }
}

async function applied(
  { principal: actor, requestId }: Request,
  deps: ConfigDeps,
  state: ConfigState,
  live: LiveEntry,
  proposal: Proposal,
  { reason, watch: asked }: Wish,
): Promise<Outcome> {
  const now = deps.effects.now()
  const decision = decide(live, proposal, { name: actor.name, at: now })
  const terms = await watchTerms(deps, asked, 'body.watch', { by: actor.name, now })
  const watch = terms && watchOf(decision, terms)
  const notes = watchNotes(watch)
  const change = { actor, now, requestId, reason, notes }
  // A key that is removed is shown as it last was.
  const shown = liveEntry(decision.next) ?? live
  return {
    reply: { body: { ...configView(shown), ...notes }, version: decision.next.version },
    writes: [
      ...deps.config.writesOf(state, [decision], change),
      ...(watch === undefined ? [] : [beginWatch(watch)]),
    ],
  }
}

async function attempt(
  request: Request,
  deps: ConfigDeps,
  wish: Wish,
): Promise<Reply<ConfigView> | undefined> {
  const state = await deps.config.read()
  const live = entryAt(state.entries.get(wish.key), wish.key)
  requireMatch(request.ifMatch, live.version)
  const proposal = await wish.propose(live)
  if (proposal === undefined) return { body: configView(live), version: live.version }
  checkWish(live, proposal, wish)
  const { reply, writes } =
    live.entry.approval === 'second'
      ? await held(request, deps, live, proposal, wish)
      : await applied(request, deps, state, live, proposal, wish)
  const { committed } = await deps.config.commit([...writes, ...request.receipt(reply)])
  return committed ? reply : undefined
}

/**
 * Changes an entry, or asks for the change where a second person has to approve it. Begins again when anything of the
 * configuration has changed meanwhile.
 * @throws `unknown_config_key`, `stale_version`, `invalid_input`, `config_full`, `conflict`
 */
export const changeEntry = (request: Request, deps: ConfigDeps, wish: Wish): Promise<Reply<ConfigView>> =>
  inTurn({ ...deps, entity: 'config-live' }, () => attempt(request, deps, wish))
