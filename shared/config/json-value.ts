import { jsonFault as faultWithin } from '../kernel/json-value.ts'

/** What a value may take as JSON, in bytes. */
export const MAX_VALUE_BYTES = 8 * 1024
const LIMITS = { maxBytes: MAX_VALUE_BYTES, maxDepth: 10 }

/**
 * Whether a value that came in as JSON can be kept.
 * @returns which rule it breaks, in words that complete "The field …"
 */
export const jsonFault = (value: unknown): string | undefined => faultWithin(value, LIMITS)
