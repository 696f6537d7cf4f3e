import { VariantName } from '../flag-key.ts'
import type { Flag, FlagType } from '../flag.ts'

type Value = Flag['variants'][string]

/** Values as the variants of a flag. */
export interface NamedValues {
  readonly type: FlagType
  readonly variants: Flag['variants']
  /** The name of a value that is among them. */
  readonly nameOf: (value: Value) => string
}

/** The type that all values of a flag have. */
export function typeOfValues(values: readonly unknown[]): FlagType {
  const [only, ...others] = new Set(values.map((value) => typeof value))
  if (others.length > 0) return 'json'
  return only === 'boolean' || only === 'string' || only === 'number' ? only : 'json'
}

/** What values read like, or numbers where that does not name each of them. */
function namesOf(texts: readonly string[]): readonly string[] {
  const areNames =
    texts.every((text) => VariantName.safeParse(text).success) && new Set(texts).size === texts.length
  return areNames ? texts : texts.map((_, index) => `value-${index}`)
}

const readable = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Names the values of vendors that have no names for them: `on` and `off`, or what they read like, or a number. */
export function namedValues(given: readonly Value[]): NamedValues {
  const type = typeOfValues(given)
  const all = type === 'boolean' ? [true, false] : given
  const values = [...new Map(all.map((value) => [JSON.stringify(value), value])).values()]
  const names = type === 'boolean' ? ['on', 'off'] : namesOf(values.map(readable))
  return {
    type,
    variants: Object.fromEntries(values.map((value, index) => [names[index], value])),
    nameOf: (value) => {
      const text = JSON.stringify(value)
      return String(names[values.findIndex((candidate) => JSON.stringify(candidate) === text)])
    },
  }
}
