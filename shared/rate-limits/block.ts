import { addressRange, rangeIndex } from './address.ts'
import type { Identities } from './decision.ts'
import type { LimitScope } from './rule.ts'

/** Somebody who is denied everything that a limit is asked about. Times are milliseconds since the epoch. */
export interface Block {
  readonly id: string
  readonly scope: LimitScope
  /** An identifier in this scope; for `ip` an address or a range, `203.0.113.0/24`. */
  readonly value: string
  readonly reason: string
  readonly createdAt: number
  readonly createdBy: string
  readonly expiresAt?: number
  /** The rule whose denials brought it about; absent when a person did it. */
  readonly rule?: string
  readonly version: number
}

/** Finds the block that one of a caller's identities is under. */
export type FindBlock = (
  identities: Identities,
  address: string | undefined,
  now: number,
) => Block | undefined

const keyOf = (scope: string, value: string): string => `${scope} ${value}`

/**
 * Prepares blocks for being asked about with every request.
 * @param blocks expired ones may be among them
 */
export function blockIndex(blocks: readonly Block[]): FindBlock {
  const byIdentity = Map.groupBy(blocks, ({ scope, value }) => keyOf(scope, value))
  const ranges = blocks.flatMap((block) => {
    const range = block.scope === 'ip' ? addressRange(block.value) : undefined
    return range === undefined ? [] : [[range, block] as const]
  })
  const inRange = rangeIndex(ranges)

  return (identities, address, now) => {
    const named = Object.entries(identities).flatMap(
      ([scope, value]) => byIdentity.get(keyOf(scope, value)) ?? [],
    )
    const around = address === undefined || ranges.length === 0 ? [] : inRange(address)
    return [...named, ...around].find(({ expiresAt }) => expiresAt === undefined || expiresAt > now)
  }
}
