import type { SwitchDecision } from '../../shared/feature-flags/change-flag.ts'
import { afterChange, type ChangedFlag, type FoundFlag } from '../../shared/feature-flags/flag-store.ts'
import type { FlagView } from '../../shared/feature-flags/schemas.ts'
import { requireMatch } from '../../shared/kernel/etag.ts'
import type { Reply } from '../../shared/kernel/http/reply.ts'
import { retrying } from '../../shared/kernel/live-set/retrying.ts'
import type { ChangeRequest } from './changing.ts'
import type { FlagDeps } from './deps.ts'
import { replyOf } from './flag-at.ts'

/** What a request wants of a flag's switch. */
export interface WantedSwitch {
  readonly key: string
  readonly reason: string | undefined
  /**
   * Decides anew on each attempt, and needs nothing but the flag.
   * @returns `undefined` when nothing has to change
   */
  readonly decide: (known: FoundFlag) => SwitchDecision | undefined
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
    const { principal: actor, requestId } = request
    const change = { actor, now: deps.effects.now(), requestId, reason }
    const changed: ChangedFlag = { known, decision }
    const reply = replyOf(afterChange(changed, change))
    const { committed } = await flags.commit([
      ...flags.switchWritesOf([changed], change),
      ...request.receipt(reply),
    ])
    return committed ? reply : undefined
  })
