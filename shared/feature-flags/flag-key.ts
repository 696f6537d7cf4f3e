import * as z from 'zod'

/** A name that is no step in an address (`.` and `..`), and that objects take as a field of their own. */
const nameOf = (maxCharacters: number) =>
  z
    .string()
    .regex(
      new RegExp(String.raw`^(?!\.{1,2}$|__proto__$)[a-zA-Z0-9._-]{1,${maxCharacters}}$`),
      `must be 1 to ${maxCharacters} letters, digits, dots, dashes or underscores`,
    )

/** Keys stand in addresses as they are: not every OpenFeature provider encodes them. */
export const FlagKey = nameOf(128)

/** Flags hold their variants as the fields of an object, where the store takes no `constructor`. */
export const VariantName = nameOf(64).refine((name) => name !== 'constructor', 'must not be constructor')

/** Addresses of their own under the flags. */
const RESERVED = ['stale', 'bundles', 'import', 'public-key']

/** A key that a flag may be made with. */
export const NewFlagKey = FlagKey.refine(
  (key) => !RESERVED.includes(key),
  `must not be ${RESERVED.join(', ')}: those are addresses`,
)
