import type { Effects } from '../kernel/effects.ts'
import { ENTITIES } from '../kernel/grants.ts'
import type { Table } from '../kernel/table/table.ts'
import type { Key, Page } from '../kernel/table/types.ts'
import { blockIndex, type Block, type FindBlock } from './block.ts'
import type { RateLimitRule } from './rule.ts'

/** The partition of everything that containers keep at hand: rules that were changed at run time, and blocks in force. */
export const LIVE_PARTITION = `${ENTITIES['limit-set']}LIVE`
/** Counts the changes to that partition. Whoever changes it adds one, in the same transaction. */
export const LIMIT_SET_VERSION: Key = { pk: `${ENTITIES['limit-set']}VERSION`, sk: 'CURRENT' }

export const RULE_PREFIX = 'RULE#'
export const BLOCK_PREFIX = 'BLOCK#'

/** A rule that was changed at run time, or that there once was. */
export interface StoredRule {
  /** `undefined`: the rule goes by its definition again, or is gone when it has none. */
  readonly rule?: RateLimitRule
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
}

/** How old the set may be. */
const FRESH_MS = 5_000
/** How long nobody asks again after the store has not answered. */
const REST_MS = 1_000
const PAGE_ITEMS = 1_000

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

async function readAll<T>(table: Table, sortBeginsWith: string): Promise<readonly T[]> {
  const items: T[] = []
  let page: Page<T> | undefined
  do {
    page = await table.query<T>({
      partition: LIVE_PARTITION,
      sortBeginsWith,
      consistent: true,
      limit: PAGE_ITEMS,
      ...(page?.next && { startAfter: page.next }),
    })
    items.push(...page.items)
  } while (page.next !== undefined)
  return items
}

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
  #loading: Promise<void> | undefined

  /** @param defined the rules of the platform definition */
  constructor(table: Table, defined: readonly RateLimitRule[], effects: Effects) {
    this.#table = table
    this.#defined = defined
    this.#effects = effects
    this.#loaded = { version: 0, set: limitSetOf(defined, [], []) }
  }

  /**
   * The set, at most 5 s old if the store answers; else the last one that was read.
   * @param patienceMs how long to wait for the store
   */
  async current(patienceMs: number): Promise<LimitSetNow> {
    const nowMs = this.#effects.monotonicMs()
    if (nowMs - this.#confirmedAtMs > FRESH_MS && nowMs - this.#failedAtMs > REST_MS) {
      this.#loading ??= this.#load().finally(() => (this.#loading = undefined))
      await this.#within(patienceMs, this.#loading)
    }
    const confirmed = this.#effects.monotonicMs() - this.#confirmedAtMs <= FRESH_MS
    return { set: this.#loaded.set, confirmed }
  }

  async #load(): Promise<void> {
    const stored = await this.#table.get<{ version: number }>(LIMIT_SET_VERSION, { consistent: false })
    const version = stored?.version ?? 0
    if (version > this.#loaded.version) {
      const [rules, blocks] = await Promise.all([
        readAll<StoredRule>(this.#table, RULE_PREFIX),
        readAll<Block>(this.#table, BLOCK_PREFIX),
      ])
      this.#loaded = { version, set: limitSetOf(this.#defined, rules, blocks) }
    }
    this.#confirmedAtMs = this.#effects.monotonicMs()
  }

  async #within(patienceMs: number, loading: Promise<void>): Promise<void> {
    const done = new AbortController()
    const late = this.#effects.wait(patienceMs, done.signal).then(() => {
      throw new Error(`The rules were not read within ${patienceMs} ms.`)
    })
    try {
      await Promise.race([loading, late])
    } catch {
      this.#failedAtMs = this.#effects.monotonicMs()
    } finally {
      late.catch(() => undefined)
      loading.catch(() => undefined)
      done.abort()
    }
  }
}
