import type { VENDORS } from '../schemas.ts'
import { flagd } from './flagd.ts'
import { growthbook } from './growthbook.ts'
import type { Import, Importer } from './import.ts'
import { launchdarkly } from './launchdarkly.ts'
import { unleash } from './unleash.ts'

/** Whose definitions can be imported. */
export type Vendor = (typeof VENDORS)[number]

const IMPORTERS = { unleash, growthbook, launchdarkly, flagd } satisfies Record<Vendor, Importer>

/**
 * Imports another vendor's flags, so that every user keeps the variant that the vendor gives them.
 * @param definition the vendor's own format: client features of Unleash, an SDK payload of GrowthBook, SDK data or a flag of
 * LaunchDarkly, a flag definition file of flagd
 * @returns flags that keep all rules of flags, and what was skipped, with the reason
 */
export const importFlags = (vendor: Vendor, definition: unknown): Import => IMPORTERS[vendor](definition)
