import type { Entry } from './entry.ts'
import { liveEntry, valueOf, type KnownEntry, type LiveEntry } from './change-entry.ts'

/** What of a changed entry every container keeps at hand. */
export type LiveConfigEntry = Pick<KnownEntry, 'key' | 'version'> & {
  readonly value?: unknown
  readonly created?: Entry
}

/** Every entry that holds, by key. */
export type ConfigSet = ReadonlyMap<string, LiveEntry>

/** What of an entry is kept at hand; nothing of one that is as the platform defines it. */
export function toLive({ key, version, value, created }: KnownEntry): readonly LiveConfigEntry[] {
  if (value === undefined && created === undefined) return []
  return [
    {
      key,
      version,
      ...(value === undefined ? {} : { value }),
      ...(created === undefined ? {} : { created }),
    },
  ]
}

/** Puts the configuration together: what is stored wins over what is defined. */
export function configSetOf(defined: readonly Entry[], stored: readonly LiveConfigEntry[]): ConfigSet {
  const known = new Map<string, KnownEntry>(
    defined.map((entry) => [
      entry.key,
      { key: entry.key, defined: entry, created: undefined, value: undefined, version: 0 },
    ]),
  )
  for (const { key, value, created, version } of stored) {
    known.set(key, { key, defined: known.get(key)?.defined, created, value, version })
  }
  const keys = [...known.keys()].toSorted()
  const live = keys.flatMap((key) => liveEntry(known.get(key)) ?? [])
  return new Map(live.map((entry) => [entry.key, entry]))
}

/** The values that anybody may read, by key. */
export const publicValues = (set: ConfigSet): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...set.values()].filter(({ entry }) => entry.public).map((entry) => [entry.key, valueOf(entry)]),
  )
