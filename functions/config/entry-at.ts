import { liveEntry, type KnownEntry, type LiveEntry } from '../../shared/config/change-entry.ts'
import { Problem } from '../../shared/kernel/errors.ts'

/** Says that there is no such key. */
export const unknownKey = (key: string): Problem =>
  new Problem('unknown_config_key', { detail: `There is no configuration entry "${key}".` })

/**
 * What there is of a key, with the definition that holds.
 * @throws `unknown_config_key`
 */
export function entryAt<Known extends KnownEntry>(known: Known | undefined, key: string): Known & LiveEntry {
  const live = liveEntry(known)
  if (live === undefined) throw unknownKey(key)
  return live
}
