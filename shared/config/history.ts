import type { WatchView } from '../changes/schemas.ts'
import type { AuditEvent } from '../kernel/audit.ts'
import type { ConfigVersion, ConfigView } from './schemas.ts'

/** What an event shows of an entry. `configView` has written it, and what was noted beside it. */
type Shown = Pick<ConfigView, 'value' | 'is_default'> & {
  readonly approval_of?: { readonly approved_by: string }
  readonly watch?: WatchView
}

const asShown = (side: object) => side as Shown

/**
 * The value that an event shows.
 * @param side `before` or `after` of an event
 * @returns `undefined` where there was no entry
 */
export const shownValue = (side: unknown): Shown | undefined =>
  typeof side === 'object' && side !== null && 'value' in side ? asShown(side) : undefined

/** A version as the API shows it, from the event that made it. */
export function versionView({ seq, at, actor, action, before, after, reason }: AuditEvent): ConfigVersion {
  const [then, now] = [shownValue(before), shownValue(after)]
  return {
    version: seq,
    action,
    ...(now === undefined ? {} : { value: now.value, is_default: now.is_default }),
    ...(then === undefined ? {} : { previous: then.value }),
    at,
    by: actor.name,
    ...(now?.approval_of === undefined ? {} : { approved_by: now.approval_of.approved_by }),
    ...(reason === undefined ? {} : { reason }),
    ...(now?.watch === undefined ? {} : { watch: now.watch }),
  }
}
