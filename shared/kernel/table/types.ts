/** Where an item stands. */
export interface Key {
  readonly pk: string
  readonly sk: string
}

/** Keys of the two sparse indexes; an item without them is not in the index. */
interface IndexKeys {
  readonly gsi1pk?: string
  readonly gsi1sk?: string
  readonly gsi2pk?: string
  readonly gsi2sk?: string
}

/** An item as it is stored. `expiresAt` (seconds since the epoch) lets DynamoDB collect it some time later. */
export type Item = Key & IndexKeys & { readonly expiresAt?: number } & Readonly<Record<string, unknown>>

/**
 * What must hold of the stored item for a write to happen.
 * `version` compares the item's own counter, so that of two writers who read the same state one fails.
 */
export type Expectation =
  | { readonly absent: true }
  | { readonly present: true }
  | { readonly version: number }
  | { readonly anything: true }

/** One conditional write of a transaction. */
export type Write =
  | { readonly kind: 'put'; readonly item: Item; readonly expect: Expectation }
  | { readonly kind: 'delete'; readonly key: Key; readonly expect: Expectation }
  | { readonly kind: 'check'; readonly key: Key; readonly expect: Expectation }
  | {
      readonly kind: 'update'
      readonly key: Key
      readonly set?: Readonly<Record<string, unknown>>
      /** Set only where the item has no such attribute yet. */
      readonly setOnce?: Readonly<Record<string, unknown>>
      readonly remove?: readonly string[]
      readonly add?: Readonly<Record<string, number>>
      readonly expect: Expectation
    }

/** `conflicts` holds the positions of the writes whose expectation failed; nothing was written then. */
export type CommitResult =
  | { readonly committed: true }
  | { readonly committed: false; readonly conflicts: readonly number[] }

export type IndexName = 'gsi1' | 'gsi2'

/** A range of items with one partition key. */
export interface QueryInput {
  readonly index?: IndexName
  readonly partition: string
  readonly sortBeginsWith?: string
  /** Both ends are included. */
  readonly sortBetween?: readonly [from: string, to: string]
  readonly newestFirst?: boolean
  readonly limit: number
  /** Only items whose attributes equal these; reads are paid for the others too. */
  readonly where?: Readonly<Record<string, string | number | boolean>>
  readonly startAfter?: Readonly<Record<string, unknown>>
  readonly consistent?: boolean
}

/** One page; `next` is absent on the last. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next?: Readonly<Record<string, unknown>>
}
