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
  /** What was set, whether or not it fits the definition of today. `undefined`: the default holds. */
  readonly value: unknown
  /** Counts the changes, for ever; 0 when there was none. */
  readonly version: number
  /** Milliseconds since the epoch. */
  readonly updatedAt?: number | undefined
  readonly updatedBy?: string | undefined
}

/** A key with its definition: one that holds. */
export type LiveEntry = KnownEntry & {
  readonly entry: Entry
  /**
   * Which rule of the definition breaks what was set: a deployment may have narrowed it since. The default holds then,
   * until somebody sets another value, or a deployment takes the narrowing back.
   */
  readonly fault: string | undefined
}

/** What a change did, in the words of audit events. */
export type ConfigAction =
  | 'config.created'
  | 'config.set'
  | 'config.reset'
  | 'config.deleted'
  | 'config.rolled-back'
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

/** Which rule a value breaks, in words that complete "The value …"; `undefined` when it fits, or is the default. */
function faultOf({ schema }: Entry, value: unknown): string | undefined {
  const [fault] = value === undefined ? [] : valueFaults(schema, value)
  return fault && [...fault.path.map(String), fault.reason].join(' ')
}

/**
 * An entry with the definition that holds: that of the platform before one that was created here.
 * @returns `undefined` when the key is only known from the past, or not at all
 */
export function liveEntry<Known extends KnownEntry>(
  known: Known | undefined,
): (Known & LiveEntry) | undefined {
  const entry = known?.defined ?? known?.created
  if (known === undefined || entry === undefined) return undefined
  return { ...known, entry, fault: faultOf(entry, known.value) }
}

/** An entry as it would be with this value. */
export const withValue = (live: LiveEntry, value: unknown): LiveEntry => ({
  ...live,
  value,
  fault: faultOf(live.entry, value),
})

const goesByDefault = ({ value, fault }: LiveEntry): boolean => value === undefined || fault !== undefined

/** The value that holds: what was set wins over the default, if it fits. */
export const valueOf = (live: LiveEntry): unknown => (goesByDefault(live) ? live.entry.default : live.value)

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
  return { action: 'config.rolled-back', ...(isDefault ? {} : { value: earlier.value }) }
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
  const { entry, fault, updatedAt, updatedBy } = known
  return {
    key: known.key,
    value: valueOf(known),
    default: entry.default,
    is_default: goesByDefault(known),
    ...(fault === undefined ? {} : { ignored_value: { value: known.value, reason: fault } }),
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
