import type { Effects } from '../kernel/effects.ts'
import { ENTITIES } from '../kernel/grants.ts'
import { isDoneWithin } from '../kernel/patience.ts'
import { readAll } from '../kernel/table/read-all.ts'
import type { Table } from '../kernel/table/table.ts'
import type { Key, Write } from '../kernel/table/types.ts'
import { blockIndex, type Block, type FindBlock } from './block.ts'
import { found } from './rule-id.ts'
import type { RateLimitRule } from './rule.ts'

/** The partition of everything that containers keep at hand: rules that were changed at run time, and blocks in force. */
export const LIVE_PARTITION = `${ENTITIES['limit-set']}LIVE`
/** Counts the changes to that partition. Whoever changes it adds one, in the same transaction. */
export const LIMIT_SET_VERSION: Key = { pk: `${ENTITIES['limit-set']}VERSION`, sk: 'CURRENT' }
/** Stands in every transaction that changes the partition. */
export const LIMIT_SET_CHANGED: Write = {
  kind: 'update',
  key: LIMIT_SET_VERSION,
  add: { version: 1 },
  expect: { anything: true },
}

/** Sort keys of rules and of blocks in that partition begin with these. */
export const RULE_PREFIX = 'RULE#'
export const BLOCK_PREFIX = 'BLOCK#'

/** A rule that was changed at run time, or that there once was. */
export interface StoredRule {
  /** `undefined`: the rule goes by its definition again, or is gone when it has none. */
  readonly rule?: RateLimitRule
}

/** A block, by itself: on an item `expiresAt` means when DynamoDB may collect it. */
export interface StoredBlock {
  readonly block: Block
}

/** The rules and blocks that hold. */
export interface LimitSet {
  readonly rules: ReadonlyMap<string, RateLimitRule>
  readonly findBlock: FindBlock
}

/** The set, and whether the store has confirmed it within the last seconds. */
export interface LimitSetNow {
  readonly set: LimitSet
  readonly confirmed: boolean
  /** When it was asked for, on the clock that never jumps: whoever has little time counts from there. */
  readonly askedAtMs: number
}

/** How old the set may be. */
const FRESH_MS = 5_000
/** How old it may be for who asks for a rule that it does not have: that may be a new one. */
const FRESH_FOR_NEW_RULES_MS = 100
/** How long nobody asks again after the store has not answered. */
const REST_MS = 1_000
/** A connection that has died while the container slept shows only now, so one failure is asked about once more. */
const ATTEMPTS = 2

/** The set as it stands in the table. */
interface Loaded {
  readonly version: number
  readonly set: LimitSet
}

/** Puts the set together: what is stored wins over what is defined. */
export function limitSetOf(
  defined: readonly RateLimitRule[],
  stored: readonly StoredRule[],
  blocks: readonly Block[],
): LimitSet {
  const changed = stored.flatMap(({ rule }) => rule ?? [])
  const rules = new Map([...defined, ...changed].map((rule) => [rule.name, rule]))
  return { rules, findBlock: blockIndex(blocks) }
}

/** Reads a part of the live partition, all of it. */
export const readLive = <T>(table: Table, sortBeginsWith: string): Promise<readonly T[]> =>
  readAll<T>(table, { partition: LIVE_PARTITION, sortBeginsWith, consistent: true })

/**
 * The rules and blocks of a container. Asks every few seconds whether anything has changed, which is one small read, and
 * reads everything only then.
 */
export class LimitSetReader {
  readonly #table: Table
  readonly #defined: readonly RateLimitRule[]
  readonly #effects: Effects
  #loaded: Loaded
  #confirmedAtMs = -Infinity
  #failedAtMs = -Infinity
  #refreshing: Promise<void> | undefined

  /**
   * @param table sends each request once
   * @param defined the rules of the platform definition
   */
  constructor(table: Table, defined: readonly RateLimitRule[], effects: Effects) {
    this.#table = table
    this.#defined = defined
    this.#effects = effects
    this.#loaded = { version: 0, set: limitSetOf(defined, [], []) }
  }

  /**
   * The set, at most 5 s old if the store answers; else the last one that was read.
   * @param patienceMs how long to wait for the store, for all attempts together
   * @param rules the names or ids of those that are asked for
   */
  async current(patienceMs: number, rules: readonly string[] = []): Promise<LimitSetNow> {
    const askedAtMs = this.#effects.monotonicMs()
    const isComplete = rules.every((name) => found(this.#loaded.set.rules, name) !== undefined)
    const freshMs = isComplete ? FRESH_MS : FRESH_FOR_NEW_RULES_MS
    if (askedAtMs - this.#confirmedAtMs > freshMs && askedAtMs - this.#failedAtMs > REST_MS) {
      this.#refreshing ??= this.#refresh(patienceMs).finally(() => (this.#refreshing = undefined))
      await this.#refreshing
    }
    const confirmed = this.#effects.monotonicMs() - this.#confirmedAtMs <= FRESH_MS
    return { set: this.#loaded.set, confirmed, askedAtMs }
  }

  async #refresh(patienceMs: number): Promise<void> {
    for (let tried = 1; tried <= ATTEMPTS; tried += 1) {
      if (await isDoneWithin(this.#effects, patienceMs / ATTEMPTS, this.#load())) return
    }
    this.#failedAtMs = this.#effects.monotonicMs()
  }

  async #load(): Promise<void> {
    // An answer that was long on its way says how things were when it was asked for.
    const startedAtMs = this.#effects.monotonicMs()
    const stored = await this.#table.get<{ version: number }>(LIMIT_SET_VERSION, { consistent: false })
    const version = stored?.version ?? 0
    if (version > this.#loaded.version) {
      const [rules, blocks] = await Promise.all([
        readLive<StoredRule>(this.#table, RULE_PREFIX),
        readLive<StoredBlock>(this.#table, BLOCK_PREFIX),
      ])
      const inForce = blocks.map(({ block }) => block)
      // One that nobody waits for any more must not undo what a later one has read.
      if (version < this.#loaded.version) return
      this.#loaded = { version, set: limitSetOf(this.#defined, rules, inForce) }
    }
    this.#confirmedAtMs = Math.max(this.#confirmedAtMs, startedAtMs)
  }
}
