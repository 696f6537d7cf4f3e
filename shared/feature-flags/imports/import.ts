import * as z from 'zod'
import { NewFlagKey } from '../flag-key.ts'
import { flagFaults } from '../flag-faults.ts'
import { FlagFields, flagOf, type Flag } from '../flag.ts'

/** A flag that was left out. */
export interface Skipped {
  readonly key: string
  readonly reason: string
}

/** What came of another vendor's definition. */
export interface Import {
  readonly flags: readonly Flag[]
  readonly skipped: readonly Skipped[]
}

/**
 * Reads a vendor's definition. What cannot be said exactly in Midwatch's words is skipped: nobody gets another variant than
 * the vendor's own SDK gives them.
 */
export type Importer = (definition: unknown) => Import

/** What a vendor's definition asks for and Midwatch does not have, as a sentence. */
export class Inexpressible extends Error {
  override readonly name = 'Inexpressible'
}

/** A list that definitions leave out when it is empty. */
export const optionalList = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .array(schema)
    .nullish()
    .transform((list) => list ?? [])

/** Stands in `skipped` for the whole definition, where no key can be named. */
export const WHOLE = '*'

const faultsOf = (issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]) =>
  issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ')

/** Parses a part of a definition, or says what is wrong with it. */
export function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  throw new Inexpressible(`It is not in the vendor's format: ${faultsOf(error.issues)}.`)
}

/** A flag with these fields, checked like one that somebody sends. */
export function checkedFlag(key: string, fields: z.input<typeof FlagFields>): Flag {
  if (!NewFlagKey.safeParse(key).success) {
    throw new Inexpressible(
      `"${key}" is no key here: 1 to 128 letters, digits, dots, dashes or underscores are.`,
    )
  }
  const { success, data, error } = FlagFields.safeParse(fields)
  const faults = success ? flagFaults(data).map(([path, message]) => ({ path, message })) : error.issues
  if (!success || faults.length > 0)
    throw new Inexpressible(`As a flag it breaks rules: ${faultsOf(faults)}.`)
  return flagOf(key, data)
}

/** Imports one by one; what cannot be expressed is skipped. */
function eachOf(makers: Iterable<readonly [key: string, make: () => readonly Flag[]]>): Import {
  const flags: Flag[] = []
  const skipped: Skipped[] = []
  for (const [key, make] of makers) {
    try {
      flags.push(...make())
    } catch (error) {
      if (!(error instanceof Inexpressible)) throw error
      skipped.push({ key, reason: error.message })
    }
  }
  return { flags, skipped }
}

/** A flag whose prerequisite was left out would be off for everybody, so it is left out too, and so on. */
function withoutOrphans({ flags, skipped }: Import): Import {
  const keys = new Set(flags.map(({ key }) => key))
  const orphans = flags.flatMap(({ key, prerequisites }) => {
    const missing = prerequisites.find(({ flag }) => !keys.has(flag))
    return missing === undefined
      ? []
      : [{ key, reason: `It needs the flag "${missing.flag}", which is not imported.` }]
  })
  if (orphans.length === 0) return { flags, skipped }
  const gone = new Set(orphans.map(({ key }) => key))
  return withoutOrphans({
    flags: flags.filter(({ key }) => !gone.has(key)),
    skipped: [...skipped, ...orphans],
  })
}

/** Two flags of one key would be one: neither is taken. */
function withoutTwins({ flags, skipped }: Import): Import {
  const twins = [...Map.groupBy(flags, ({ key }) => key)].filter(([, alike]) => alike.length > 1)
  const keys = new Set(twins.map(([key]) => key))
  const reason = 'More than one flag would have this key.'
  return {
    flags: flags.filter(({ key }) => !keys.has(key)),
    skipped: [...skipped, ...[...keys].map((key) => ({ key, reason }))],
  }
}

/**
 * Imports the flags of a definition.
 * @param read finds what is to be imported, by key, and how each is made; throws `Inexpressible` when it is no definition
 */
export function imported(read: () => Iterable<readonly [key: string, make: () => readonly Flag[]]>): Import {
  try {
    return withoutOrphans(withoutTwins(eachOf(read())))
  } catch (error) {
    if (!(error instanceof Inexpressible)) throw error
    return { flags: [], skipped: [{ key: WHOLE, reason: error.message }] }
  }
}
