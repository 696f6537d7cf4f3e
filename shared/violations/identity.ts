import { addressIdentity } from '../rate-limits/address.ts'
import type { LimitScope } from '../rate-limits/rule.ts'

const NETWORK = /\/64$/

/**
 * What a caller is counted by in a scope. An address may be given as callers have it, or as violations show it.
 * @returns `undefined` when the scope counts addresses and this is none
 */
export const countedAs = (scope: LimitScope, identifier: string): string | undefined =>
  scope === 'ip' ? addressIdentity(identifier.replace(NETWORK, '')) : identifier
