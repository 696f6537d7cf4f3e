import { pendingView, requestChange } from '../../shared/changes/change.ts'
import type { WatchBody } from '../../shared/changes/schemas.ts'
import { beginWatch } from '../../shared/changes/store.ts'
import { watchView } from '../../shared/changes/watch.ts'
import { endOf, watchedAlert } from '../../shared/changes/watching.ts'
import { watchOf } from '../../shared/feature-flags/flag-applier.ts'
import type { Principal } from '../../shared/kernel/auth.ts'
import { Problem } from '../../shared/kernel/errors.ts'
import { requireMatch } from '../../shared/kernel/etag.ts'
import type { Reply } from '../../shared/kernel/http/reply.ts'
import { inTurn } from '../../shared/kernel/live-set/in-turn.ts'
import { retrying } from '../../shared/kernel/live-set/retrying.ts'
import type { Write } from '../../shared/kernel/table/types.ts'
import {
  flagInForce,
  shownFlag,
  type FlagDecision,
  type SwitchDecision,
} from '../../shared/feature-flags/change-flag.ts'
import {
  afterChange,
  inForce,
  knownIn,
  type AllFlags,
  type ChangedFlag,
  type FlagChange,
  type FoundFlag,
} from '../../shared/feature-flags/flag-store.ts'
import { flagOf, type Flag } from '../../shared/feature-flags/flag.ts'
import { missingVariants, prerequisiteFaults } from '../../shared/feature-flags/prerequisites.ts'
import { bodyFaults, fieldsOf, type FlagBody, type FlagView } from '../../shared/feature-flags/schemas.ts'
import { flagView } from '../../shared/feature-flags/view.ts'
import type { FlagDeps } from './deps.ts'

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

/** What a request wants of a flag's switch. */
export interface WantedSwitch {
  readonly key: string
  readonly reason: string | undefined
  /** As above; it needs nothing but the flag. */
  readonly decide: (known: FoundFlag) => SwitchDecision | undefined
}

export const unknownFlag = (key: string): Problem =>
  new Problem('unknown_flag', { detail: `There is no flag "${key}".` })

/**
 * The flag that holds under a key.
 * @throws `unknown_flag`
 */
export function flagAt(known: FoundFlag): Flag {
  const flag = flagInForce(known)
  if (flag === undefined) throw unknownFlag(known.key)
  return flag
}

/** Whoever asks for a type gets the fallback of another one. */
const typeFaults = (wanted: string, current: string) =>
  wanted === current
    ? []
    : [{ path: ['type'], reason: `must stay "${current}": code asks for it. Create another flag instead` }]

/**
 * The flag that a body asks for.
 * @throws `unknown_flag`; `invalid_input` when the body does not go together with what stays of the flag
 */
export function wantedFlag(known: FoundFlag, body: FlagBody): Flag {
  const current = shownFlag(flagAt(known), known.isSwitched)
  const fields = fieldsOf(body, current)
  const faults = [...bodyFaults(fields), ...typeFaults(fields.type, current.type)]
  if (faults.length === 0) return flagOf(known.key, fields)
  throw new Problem('invalid_input', {
    fields: faults.map(({ path, reason }) => ({ path: ['body', ...path].join('.'), reason })),
  })
}

/** @throws `invalid_input` when a flag's prerequisites are wrong among the others, or theirs with it */
export function requirePrerequisites(flag: Flag, others: ReadonlyMap<string, Flag>): void {
  const faults = [...prerequisiteFaults(flag, others), ...missingVariants(flag, others)]
  if (faults.length === 0) return
  throw new Problem('invalid_input', {
    fields: faults.map(({ path, reason }) => ({ path: `body.${path}`, reason })),
  })
}

/** The flag as it is shown: an archived one as it was. */
export function replyOf(known: FoundFlag, shown: Flag | undefined = flagInForce(known)): Reply<FlagView> {
  if (shown === undefined) throw new Problem('unknown_flag')
  return { body: flagView(shown, known), version: known.version }
}

const changeOf = (
  { principal, requestId }: ChangeRequest,
  { effects }: Pick<FlagDeps, 'effects'>,
  reason: string | undefined,
): FlagChange => ({ actor: principal, now: effects.now(), requestId, reason })

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
  if (wanted.watch !== undefined) await watchedAlert(deps, wanted.watch, 'body.watch')
  const { known, decision } = plan
  const { principal: actor, requestId } = request
  const { kind, id, name } = actor
  const now = deps.effects.now()
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
  const waiting = requestChange(asked, { id: deps.effects.id(), author: { kind, id, name }, now })
  return {
    reply: { status: 202, body: { ...current, pending_change: pendingView(waiting.change) } },
    writes: deps.changes.writesOf(undefined, waiting, { actor, now, requestId }),
  }
}

async function applied(
  request: ChangeRequest,
  deps: FlagDeps,
  { all, known, decision }: Planned,
  { reason, watch: asked }: Wanted,
): Promise<Outcome> {
  const change = changeOf(request, deps, reason)
  const on = asked && (await watchedAlert(deps, asked, 'body.watch'))
  const { now, actor } = change
  const watch =
    on && asked && watchOf(known, decision, { on, now, by: actor.name, endsAt: endOf(asked, now) })
  const notes = watch === undefined ? {} : { watch: watchView(watch) }
  const changed: ChangedFlag = { known, decision }
  const { body, version = 0 } = replyOf(
    afterChange(changed, change),
    flagInForce(decision.next) ?? flagInForce(known),
  )
  return {
    reply: { body: { ...body, ...notes }, version },
    writes: [
      ...deps.flags.writesOf(all, [changed], { ...change, notes }),
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
const mustWait = (known: FoundFlag): boolean => (flagInForce(known) ?? known.archived)?.approval === 'second'

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

/** A bundle of 40 flags is one transaction of 4 MB at most, and holds each flag three times. */
const MAX_FLAG_BYTES = 32_000

/** @throws `invalid_input` when a flag is larger than its items may be */
export function requireSmall(flag: Flag): void {
  const bytes = Buffer.byteLength(JSON.stringify(flag))
  if (bytes <= MAX_FLAG_BYTES) return
  const reason = `must not make a flag of more than ${MAX_FLAG_BYTES} bytes; this would have ${bytes}`
  throw new Problem('invalid_input', { fields: [{ path: 'body', reason }] })
}

/**
 * Throws a flag's switch: reads nothing but the flag itself, and needs no snapshot.
 * @throws `unknown_flag`, `stale_version`, `conflict`
 */
export const switchFlag = (
  request: ChangeRequest,
  deps: FlagDeps,
  { key, reason, decide }: WantedSwitch,
): Promise<Reply<FlagView>> =>
  retrying(deps.effects, async () => {
    const { flags } = deps
    const known = await flags.get(key)
    const decision = decide(known)
    requireMatch(request.ifMatch, known.version)
    if (decision === undefined) return replyOf(known)
    const change = changeOf(request, deps, reason)
    const changed: ChangedFlag = { known, decision }
    const reply = replyOf(afterChange(changed, change))
    const { committed } = await flags.commit([
      ...flags.switchWritesOf([changed], change),
      ...request.receipt(reply),
    ])
    return committed ? reply : undefined
  })
