import type { Principal } from '../kernel/auth.ts'
import type { Effects } from '../kernel/effects.ts'
import { outboxWrite } from '../kernel/outbox.ts'
import type { Write } from '../kernel/table/types.ts'
import { pendingView, requestChange, type ChangeRequest } from './change.ts'
import { waitingMessage } from './message.ts'
import type { PendingChange } from './schemas.ts'
import type { ChangeStore } from './store.ts'
import { watchTerms, type AlertSource } from './watching.ts'

/** What asking needs. */
export interface Asking extends AlertSource {
  readonly changes: ChangeStore
  readonly effects: Pick<Effects, 'now' | 'id'>
}

/**
 * Asks a second person for a change: nothing of its target is different yet, and approvers are told.
 * @returns what waits, and the writes that make it wait
 * @throws `invalid_input` when its watch could not begin now
 */
export async function askForApproval(
  asking: Asking,
  asked: ChangeRequest,
  { principal: actor, requestId }: { readonly principal: Principal; readonly requestId: string },
): Promise<{ readonly pending: PendingChange; readonly writes: readonly Write[] }> {
  const { changes, effects, platform } = asking
  const now = effects.now()
  await watchTerms(asking, asked.watch, 'body.watch', { by: actor.name, now })
  const { kind, id, name } = actor
  const decision = requestChange(asked, { id: effects.id(), author: { kind, id, name }, now })
  const { change } = decision
  return {
    pending: pendingView(change),
    writes: [
      ...changes.writesOf(undefined, decision, { actor, now, requestId }),
      outboxWrite(waitingMessage(change, platform.name)),
    ],
  }
}
