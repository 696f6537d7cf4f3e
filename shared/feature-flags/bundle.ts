import * as z from 'zod'
import { FlagKey } from './flag-key.ts'

/** A transaction takes 100 writes, and each flag two of them. */
const MAX_FLAGS = 40

export const BundleName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be at most 63 lower-case letters, digits and dashes, a letter first')

/** Everything of a bundle but its name. */
export const BundleFields = z.strictObject({
  description: z.string().trim().min(1).max(300),
  flags: z
    .array(FlagKey)
    .min(1)
    .max(MAX_FLAGS)
    .refine((keys) => new Set(keys).size === keys.length, 'must not name a flag twice')
    .describe('Killswitches are engaged, other flags are turned off'),
})

/** Switches that are thrown together in an emergency. */
export const FlagBundle = BundleFields.extend({ name: BundleName })
export type FlagBundle = z.output<typeof FlagBundle>
