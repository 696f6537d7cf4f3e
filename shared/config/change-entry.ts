import { canonicalJson } from '../kernel/canonical.ts'
import type { FieldError } from '../kernel/errors.ts'
import type { Entry } from './entry.ts'
import type { ConfigView } from './schemas.ts'
import { valueFaults } from './value-schema.ts'

/** What there is of a key: a definition of the platform, one that was created at run time, a value that was set. */
export interface KnownEntry {
  readonly key: string
  readonly defined: Entry | undefined
  readonly created: Entry | undefined
  /** `undefined`: the default holds. */
  readonly value: unknown
  /** Counts the changes, for ever; 0 when there was none. */
  readonly version: number
  /** Milliseconds since the epoch. */
  readonly updatedAt?: number | undefined
  readonly updatedBy?: string | undefined
}

/** A key with its definition: one that holds. */
export type LiveEntry = KnownEntry & { readonly entry: Entry }

/** What a change did, in the words of audit events. */
export type ConfigAction =
  | 'config.created'
  | 'config.set'
  | 'config.reset'
  | 'config.deleted'
  | 'config.rolled_back'
  | 'config.reverted'

/** What is to become of an entry. */
export interface Proposal {
  readonly action: ConfigAction
  /** `undefined`: the default is to hold. */
  readonly value?: unknown
}

/** Who changes something, and when (milliseconds since the epoch). */
export interface Author {
  readonly name: string
  readonly at: number
}

/** The next state of an entry. */
export interface ConfigDecision {
  readonly previous: KnownEntry
  readonly next: KnownEntry
  readonly action: ConfigAction
}

/** @returns `undefined` when the key is only known from the past, or not at all */
export function liveEntry<Known extends KnownEntry>(
  known: Known | undefined,
): (Known & LiveEntry) | undefined {
  const entry = known?.defined ?? known?.created
  return known === undefined || entry === undefined ? undefined : { ...known, entry }
}

/** The value that holds: what was set wins over the default. */
export const valueOf = ({ value, entry }: LiveEntry): unknown => value ?? entry.default

const signed = ({ name, at }: Author) => ({ updatedAt: at, updatedBy: name })

/** Puts a proposal in force. Whether its value fits is asked before, by `proposalFaults`. */
export function decide(previous: KnownEntry, { action, value }: Proposal, author: Author): ConfigDecision {
  const created = action === 'config.deleted' ? undefined : previous.created
  const version = previous.version + 1
  return { previous, next: { ...previous, created, value, version, ...signed(author) }, action }
}

/**
 * Creates a key.
 * @param key what there is of it: its version and its history go on
 * @returns `taken` when there is an entry of this key
 */
export function createEntry(previous: KnownEntry, entry: Entry, author: Author): ConfigDecision | 'taken' {
  if (liveEntry(previous) !== undefined) return 'taken'
  const next = { ...previous, created: entry, value: undefined, version: previous.version + 1 }
  return { previous, next: { ...next, ...signed(author) }, action: 'config.created' }
}

/** What going back to the default means: a key that was created at run time has nothing to go back to. */
export const resetProposal = ({ defined }: KnownEntry): Proposal => ({
  action: defined === undefined ? 'config.deleted' : 'config.reset',
})

/**
 * Restores what an earlier version had.
 * @param earlier the entry as that version showed it
 */
export function rollbackProposal(
  { entry }: LiveEntry,
  earlier: Pick<ConfigView, 'value' | 'is_default'>,
): Proposal {
  const isDefault = earlier.is_default && canonicalJson(earlier.value) === canonicalJson(entry.default)
  return { action: 'config.rolled_back', ...(isDefault ? {} : { value: earlier.value }) }
}

/**
 * Which rules a change breaks.
 * @param path of the value, e.g. `body.value`
 */
export function proposalFaults(
  { entry }: LiveEntry,
  { value }: Pick<Proposal, 'value'>,
  path: string,
): readonly FieldError[] {
  if (value === undefined) return []
  return valueFaults(entry.schema, value).map((fault) => ({
    path: [path, ...fault.path.map(String)].join('.'),
    reason: fault.reason,
  }))
}

/** Which rule a change without a reason breaks, if its entry demands one. */
export function reasonFaults(
  { entry }: LiveEntry,
  reason: string | undefined,
  path: string,
): readonly FieldError[] {
  if (reason !== undefined || entry.reason === 'optional') return []
  return [{ path, reason: `is missing: a change of ${entry.key} must say why` }]
}

/** An entry as the API shows it; fields are named one by one, so that nothing else leaves. */
export function configView(known: LiveEntry): ConfigView {
  const { entry, updatedAt, updatedBy } = known
  return {
    key: known.key,
    value: valueOf(known),
    default: entry.default,
    is_default: known.value === undefined,
    type: entry.schema.type,
    schema: entry.schema,
    description: entry.description,
    ...(entry.unit === undefined ? {} : { unit: entry.unit }),
    public: entry.public,
    reason: entry.reason,
    approval: entry.approval,
    origin: known.defined === undefined ? 'created' : 'defined',
    version: known.version,
    ...(updatedAt === undefined ? {} : { updated_at: new Date(updatedAt).toISOString() }),
    ...(updatedBy === undefined ? {} : { updated_by: updatedBy }),
  }
}
