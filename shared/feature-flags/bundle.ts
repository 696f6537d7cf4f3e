import * as z from 'zod'
import { FlagKey } from './flag-key.ts'

/** A transaction takes 100 writes, and each flag two of them. */
const MAX_FLAGS = 40

/** Switches that are thrown together in an emergency. */
export const FlagBundle = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes'),
  description: z.string().min(1).max(300),
  /** Killswitches are engaged, other flags are turned off. */
  flags: z.array(FlagKey).min(1).max(MAX_FLAGS),
})
export type FlagBundle = z.output<typeof FlagBundle>
