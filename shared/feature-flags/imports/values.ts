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

const NAME = /^[a-zA-Z0-9._-]{1,64}$/

/** What values read like, if that names each of them. */
function readableNames(values: readonly Value[]): readonly string[] | undefined {
  const names = values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
  const areNames = names.every((name) => NAME.test(name)) && new Set(names).size === names.length
  return areNames ? names : undefined
}

/** Names the values of vendors that have no names for them: `on` and `off`, or what they read like, or a number. */
export function namedValues(given: readonly Value[]): NamedValues {
  const type = typeOfValues(given)
  const all = type === 'boolean' ? [true, false] : given
  const byText = new Map(all.map((value) => [JSON.stringify(value), value]))
  const values = [...byText.values()]
  const names =
    type === 'boolean' ? ['on', 'off'] : (readableNames(values) ?? values.map((_, index) => `value-${index}`))
  const named = new Map([...byText.keys()].map((text, index) => [text, names[index] ?? '']))
  return {
    type,
    variants: Object.fromEntries([...byText].map(([text, value]) => [named.get(text) ?? '', value])),
    nameOf: (value) => named.get(JSON.stringify(value)) ?? '',
  }
}
