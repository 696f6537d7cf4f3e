import { notesView } from '../changes/notes.ts'
import type { AuditEvent } from '../kernel/audit.ts'
import type { ConfigVersion, ConfigView } from './schemas.ts'

/** What an event shows of an entry. `configView` has written it. */
type Shown = Pick<ConfigView, 'value' | 'is_default'>

const asShown = (side: object) => side as Shown

/**
 * The value that an event shows.
 * @param side `before` or `after` of an event
 * @returns `undefined` where there was no entry
 */
export const shownValue = (side: unknown): Shown | undefined =>
  typeof side === 'object' && side !== null && 'value' in side ? asShown(side) : undefined

/** A version as the API shows it, from the event that made it. */
export function versionView(event: AuditEvent): ConfigVersion {
  const { seq, at, actor, action, before, after, reason } = event
  const [then, now] = [shownValue(before), shownValue(after)]
  return {
    version: seq,
    action,
    ...(now === undefined ? {} : { value: now.value, is_default: now.is_default }),
    ...(then === undefined ? {} : { previous: then.value }),
    at,
    by: actor.name,
    ...(reason === undefined ? {} : { reason }),
    ...notesView(event),
  }
}
