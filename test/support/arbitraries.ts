import * as fc from 'fast-check'

/** Any JSON value, `__proto__` keys and lone surrogates included. */
export const json = fc.jsonValue()

/** The same value with the keys of every object in the opposite order. */
export function reversedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversedKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, entry]) => [key, reversedKeys(entry)]),
  )
}
