import type { Expectation } from './types.ts'

/**
 * Nobody has written the item since it was read: of two writers who read the same state one fails.
 * @param version as it was read; 0 or `undefined` when there was no item
 */
export const unchangedSince = (version: number | undefined): Expectation =>
  version === undefined || version === 0 ? { absent: true } : { version }
