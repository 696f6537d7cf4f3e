import { appendAudit, type Attribution, type ChainEnd } from '../kernel/audit.ts'
import type { Effects } from '../kernel/effects.ts'
import { Problem } from '../kernel/errors.ts'
import { ENTITIES } from '../kernel/grants.ts'
import { markWrite, readPointer, replaceWrites, type Pointer } from '../kernel/live-set/live-set.ts'
import { readAll } from '../kernel/table/read-all.ts'
import type { Table } from '../kernel/table/table.ts'
import type { CommitResult, Key, Write } from '../kernel/table/types.ts'
import { unchangedSince } from '../kernel/table/unchanged.ts'
import { flagInForce, type FlagDecision, type KnownFlag } from './change-flag.ts'
import type { LiveEntry } from './flag-set.ts'
import type { Flag } from './flag.ts'
import { packFlag } from './packed-flag.ts'
import { flagView } from './view.ts'

const ALL = `${ENTITIES.flag}ALL`

/** A flag's item. Without a flag it goes by its definition, or is archived; its version and its audit chain go on. */
interface FlagItem {
  readonly key: string
  readonly flag?: Flag
  /** As it was, to be shown; it is in force no more. */
  readonly archived?: Flag
  readonly isSwitched: boolean
  readonly switchVersion: number
  readonly version: number
  readonly audit: ChainEnd
  /** Milliseconds since the epoch. */
  readonly updatedAt: number
  readonly updatedBy: string
}

/** What there is of a key, with the end of its audit chain; `undefined` when nobody has ever changed it. */
export type FoundFlag = KnownFlag & {
  /** An archived flag, as it was. */
  readonly archived: Flag | undefined
  readonly audit: ChainEnd | undefined
  readonly updatedAt: number | undefined
  readonly updatedBy: string | undefined
}

/** Every key that there is, and the pointer that belongs to them. */
export interface AllFlags {
  readonly pointer: Pointer
  readonly flags: ReadonlyMap<string, FoundFlag>
}

/** What there is of a key among all of them. */
export function knownIn({ flags }: AllFlags, key: string): FoundFlag {
  return (
    flags.get(key) ?? {
      key,
      defined: undefined,
      stored: undefined,
      archived: undefined,
      isArchived: false,
      isSwitched: false,
      switchVersion: 0,
      version: 0,
      audit: undefined,
      updatedAt: undefined,
      updatedBy: undefined,
    }
  )
}

/** The flags in force, by key. */
export const inForce = ({ flags }: AllFlags): ReadonlyMap<string, Flag> =>
  new Map(
    [...flags.values()].flatMap((known) => {
      const flag = flagInForce(known)
      return flag === undefined ? [] : [[known.key, flag] as const]
    }),
  )

export interface FlagStore {
  readonly get: (key: string) => Promise<FoundFlag>
  /** Everything, archived flags too, by key. Whoever writes with its pointer knows that nothing has changed since. */
  readonly all: () => Promise<AllFlags>
  /** The writes of changed flags: items, audit events, and what containers keep at hand. */
  readonly writesOf: (all: AllFlags, changes: readonly ChangedFlag[], change: Attribution) => readonly Write[]
  /** The writes of thrown switches: they need no snapshot, and nothing but the flags themselves. */
  readonly switchWritesOf: (changes: readonly ChangedFlag[], change: Attribution) => readonly Write[]
  readonly commit: (writes: readonly Write[]) => Promise<CommitResult>
}

/** A flag as it was read, and what is to become of it. */
export interface ChangedFlag {
  readonly known: FoundFlag
  readonly decision: FlagDecision
}

/** What audit events call a flag. */
export const flagEntity = (key: string): string => `feature-flag:${key}`

const keyOf = (key: string): Key => ({ pk: ALL, sk: key })

const viewOf = (known: FoundFlag) => {
  const flag = flagInForce(known)
  return flag === undefined ? undefined : flagView(flag, known)
}

/** A flag after a change. */
export const afterChange = ({ known, decision }: ChangedFlag, { actor, now }: Attribution): FoundFlag => ({
  ...known,
  ...decision.next,
  updatedAt: now,
  updatedBy: actor.name,
})

/** The flag itself and its audit event. */
function itemWrites(changed: ChangedFlag, change: Attribution): readonly Write[] {
  const { known, decision } = changed
  const next = afterChange(changed, change)
  const audit = appendAudit(known.audit, {
    ...change,
    entity: flagEntity(known.key),
    action: decision.action,
    before: viewOf(known),
    after: viewOf(next),
  })
  const item = {
    ...keyOf(known.key),
    key: known.key,
    ...(next.stored === undefined ? {} : { flag: next.stored }),
    ...(next.isArchived ? { archived: flagInForce(known) } : {}),
    isSwitched: next.isSwitched,
    switchVersion: next.switchVersion,
    version: next.version,
    audit: audit.end,
    updatedAt: change.now,
    updatedBy: change.actor.name,
  }
  return [{ kind: 'put', item, expect: unchangedSince(known.version) }, audit.write]
}

const liveEntry = ({ key, stored, isArchived, isSwitched }: KnownFlag): LiveEntry => {
  if (stored === undefined) return { key, isSwitched, ...(isArchived ? { isArchived: true } : {}) }
  const {
    description: _description,
    owner: _owner,
    tags: _tags,
    expires: _expires,
    approval: _approval,
    ...flag
  } = stored
  return { key, flag: packFlag(flag), isSwitched }
}

const isKillswitch = (known: KnownFlag): boolean => flagInForce(known)?.category === 'killswitch'

/** The keys of thrown switches, killswitches first: not all may find room on the pointer. */
const thrownSwitches = (flags: readonly KnownFlag[]): readonly string[] =>
  flags
    .filter(({ isSwitched }) => isSwitched)
    .toSorted((left, right) => Number(isKillswitch(right)) - Number(isKillswitch(left)))
    .map(({ key }) => key)

/** @param defined the flags of the platform definition */
export function flagStore(table: Table, effects: Effects, defined: readonly Flag[]): FlagStore {
  const definitions = new Map(defined.map((flag) => [flag.key, flag]))

  const found = (key: string, item: FlagItem | undefined): FoundFlag => ({
    key,
    defined: definitions.get(key),
    stored: item?.flag,
    archived: item?.archived,
    isArchived: item?.archived !== undefined,
    isSwitched: item?.isSwitched ?? false,
    switchVersion: item?.switchVersion ?? 0,
    version: item?.version ?? 0,
    audit: item?.audit,
    updatedAt: item?.updatedAt,
    updatedBy: item?.updatedBy,
  })

  return {
    get: async (key) => found(key, await table.get<FlagItem>(keyOf(key))),

    all: async () => {
      // The pointer first: it moves with every change, so a change between the two reads makes the write fail.
      const pointer = await readPointer(table, 'flag-live')
      const changed = await readAll<FlagItem>(table, { partition: ALL, consistent: true })
      const items = new Map(changed.map((item) => [item.key, item]))
      const keys = [...new Set([...definitions.keys(), ...items.keys()])].toSorted()
      return { pointer, flags: new Map(keys.map((key) => [key, found(key, items.get(key))])) }
    },

    writesOf: ({ pointer, flags }, changes, change) => {
      const next = new Map<string, KnownFlag>(flags)
      for (const { decision } of changes) next.set(decision.next.key, decision.next)
      const entries = [...next.values()].filter(({ version }) => version > 0).map(liveEntry)
      const thrown = thrownSwitches([...next.values()])
      const live = replaceWrites('flag-live', pointer, entries, thrown)
      if (live === undefined) throw new Problem('too_many_flags')
      return [...changes.flatMap((changed) => itemWrites(changed, change)), ...live]
    },

    switchWritesOf: (changes, change) => [
      ...changes.flatMap((changed) => itemWrites(changed, change)),
      markWrite(
        'flag-live',
        Object.fromEntries(changes.map(({ decision }) => [decision.next.key, decision.next.isSwitched])),
      ),
    ],

    commit: (writes) => table.commit(writes, effects.id()),
  }
}
