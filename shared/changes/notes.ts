import type { AuditEvent } from '../kernel/audit.ts'
import type { Change } from './change.ts'
import type { WatchView } from './schemas.ts'
import { watchView, type Watch } from './watch.ts'

/** What the audit event of a change says beside it. */
interface ChangeNotes {
  readonly approval?: { readonly change: string; readonly requested_by: string; readonly approved_by: string }
  readonly watch?: WatchView
}

/** The notes of a change that a watch is over; `undefined` when there is none. */
export const watchNotes = (watch: Watch | undefined): { readonly watch: WatchView } | undefined =>
  watch && { watch: watchView(watch) }

/** The notes of a change that a second person has approved. */
export const approvalNotes = ({ id, author }: Change, by: string, watch: Watch | undefined) => ({
  approval: { change: id, requested_by: author.name, approved_by: by },
  ...watchNotes(watch),
})

/** Events of flags and configuration carry the notes that this file makes. */
const asChangeNotes = (notes: NonNullable<AuditEvent['notes']>) => notes as ChangeNotes

/** Who approved a version, and what watches it, as histories show it. */
export function notesView({ notes = {} }: AuditEvent): { approved_by?: string; watch?: WatchView } {
  const { approval, watch } = asChangeNotes(notes)
  return {
    ...(approval === undefined ? {} : { approved_by: approval.approved_by }),
    ...(watch === undefined ? {} : { watch }),
  }
}
