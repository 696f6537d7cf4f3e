import { notesView } from '../changes/notes.ts'
import type { AuditEvent } from '../kernel/audit.ts'
import { canonicalJson } from '../kernel/canonical.ts'
import { shownFlag, targetIdOf, type KnownFlag } from './change-flag.ts'
import { FlagFields, flagOf, type Flag, type Target } from './flag.ts'
import { FlagView, targetOf, type FlagVersionView } from './schemas.ts'

/** What a view tells of a flag beside the flag itself. */
type Shown = KnownFlag & {
  readonly updatedAt?: number | undefined
  readonly updatedBy?: string | undefined
}

function originOf({ stored, defined, isArchived }: KnownFlag): FlagView['origin'] {
  if (defined === undefined) return 'created'
  return stored === undefined && !isArchived ? 'defined' : 'changed'
}

/** A target as the API shows it. */
export const targetView = (target: Target): FlagView['targets'][number] => ({
  id: targetIdOf(target),
  target_type: target.type,
  target_value: target.value,
  effect: target.effect,
  ...(target.variant === undefined ? {} : { variant: target.variant }),
})

/** The share of who has the feature, where the split says nothing else. */
function percentageOf({ split, on }: Flag): { percentage?: number } {
  const [only, ...others] = split
  return only?.variant === on && others.length === 0 ? { percentage: only.percentage } : {}
}

/**
 * A flag as the API shows it.
 * @param known where it comes from
 */
export function flagView(flag: Flag, known: Shown): FlagView {
  const { targets, ...shown } = shownFlag(flag, known.isSwitched)
  return {
    ...shown,
    ...percentageOf(flag),
    targets: targets.map(targetView),
    origin: originOf(known),
    ...(known.isArchived ? { archived: true } : {}),
    version: known.version,
    ...(known.updatedAt === undefined ? {} : { updated_at: new Date(known.updatedAt).toISOString() }),
    ...(known.updatedBy === undefined ? {} : { updated_by: known.updatedBy }),
  }
}

/** What changes with each version whatever it was about. */
const BOOKKEEPING = new Set(['version', 'updated_at', 'updated_by', 'origin'])

type Fields = Readonly<Record<string, unknown>>

/** Events carry the views that this file makes: the one place where their type is asserted. */
const fieldsOf = (view: unknown): Fields => (view ?? {}) as Fields

function changedFields(before: Fields, after: Fields): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names]
    .filter((name) => !BOOKKEEPING.has(name) && canonicalJson(before[name]) !== canonicalJson(after[name]))
    .toSorted()
}

/** A version of a flag, out of the audit event that made it. */
export const versionView = (event: AuditEvent): FlagVersionView => ({
  version: event.seq,
  at: event.at,
  by: event.actor.name,
  ...notesView(event),
  action: event.action,
  ...(event.reason === undefined ? {} : { reason: event.reason }),
  changed: changedFields(fieldsOf(event.before), fieldsOf(event.after)),
  ...(event.after === undefined ? {} : { flag: FlagView.parse(event.after) }),
})

/** The flag that a view shows. */
export function flagOfView(view: FlagView): Flag {
  const {
    targets,
    percentage: _percentage,
    origin: _origin,
    archived: _archived,
    version: _version,
    updated_at: _at,
    updated_by: _by,
    pending_change: _pending,
    watch: _watch,
    ...shown
  } = view
  const fields = FlagFields.parse({ ...omitKey(shown), targets: targets.map(targetOfView) })
  return flagOf(view.key, fields)
}

const omitKey = ({ key: _key, ...rest }: { readonly key: string }) => rest

const targetOfView = ({ id: _id, ...target }: FlagView['targets'][number]) => targetOf(target)
