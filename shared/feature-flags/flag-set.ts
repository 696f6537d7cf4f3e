import type { Marks } from '../kernel/live-set/live-set.ts'
import { compileFlag } from './compile.ts'
import type { FlagSet } from './evaluate.ts'
import type { LiveFlag } from './flag.ts'
import { unpackFlag, type PackedFlag } from './packed-flag.ts'

/** What is stored of a flag, as containers keep it at hand. */
export interface LiveEntry {
  readonly key: string
  /** `undefined`: it goes by its definition. */
  readonly flag?: PackedFlag | undefined
  /** There is no such flag any more, whatever the definition says. */
  readonly isArchived?: true | undefined
  /** Whether its switch is thrown. */
  readonly isSwitched: boolean
}

/** Puts the flags together, by key: what is stored wins over what is defined, and a switch on the pointer over both. */
export function flagSetOf(
  defined: readonly LiveFlag[],
  entries: readonly LiveEntry[],
  marks: Marks,
): FlagSet {
  const flags = new Map(defined.map((flag) => [flag.key, flag]))
  const switched = new Set<string>()
  for (const { key, flag, isArchived, isSwitched } of entries) {
    if (flag !== undefined) flags.set(key, unpackFlag(flag))
    if (isArchived) flags.delete(key)
    if (isSwitched) switched.add(key)
  }
  const sorted = [...flags].toSorted(([left], [right]) => (left < right ? -1 : 1))
  return new Map(
    sorted.map(([key, flag]) => [
      key,
      // Every object has a "constructor", and a flag may be called that.
      compileFlag(flag, (Object.hasOwn(marks, key) ? marks[key] : undefined) ?? switched.has(key)),
    ]),
  )
}
