import { appendAudit, type Attribution, type ChainEnd } from '../kernel/audit.ts'
import type { Effects } from '../kernel/effects.ts'
import type { Table } from '../kernel/table/table.ts'
import type { CommitResult, Key, Write } from '../kernel/table/types.ts'
import { unchangedSince } from '../kernel/table/unchanged.ts'
import { ruleInForce, ruleView, type KnownRule, type RuleDecision } from './change-rule.ts'
import { LIMIT_SET_CHANGED, LIVE_PARTITION, readLive, RULE_PREFIX, type StoredRule } from './limit-set.ts'
import type { RateLimitRule } from './rule.ts'
import { namesFor } from './rule-id.ts'

/** A stored rule's item. Without a rule it is what is left of one: its version and its audit chain go on. */
interface RuleItem extends StoredRule {
  readonly name: string
  readonly version: number
  readonly audit: ChainEnd
}

/** What there is of a name, with the end of its audit chain; `undefined` when nobody has ever changed it. */
export type FoundRule = KnownRule & { readonly audit: ChainEnd | undefined }

export interface RuleStore {
  /**
   * Finds a rule by its name or its id.
   * @returns what there is of it; when there is nothing, what there is of the name that a rule of this id would have
   */
  readonly get: (id: string) => Promise<FoundRule>
  /** Every rule that holds, by name. */
  readonly list: () => Promise<readonly KnownRule[]>
  /** The writes of a decision: the rule, the version of the live set, the audit event. */
  readonly writesOf: (known: FoundRule, decision: RuleDecision, change: Attribution) => readonly Write[]
  /** Commits a decision together with other writes. */
  readonly commit: (writes: readonly Write[]) => Promise<CommitResult>
}

const viewOf = (known: KnownRule) => {
  const rule = ruleInForce(known)
  return rule === undefined ? undefined : ruleView(rule, known)
}

const keyOf = (name: string): Key => ({ pk: LIVE_PARTITION, sk: `${RULE_PREFIX}${name}` })

/** @param defined the rules of the platform definition */
export function ruleStore(table: Table, effects: Effects, defined: readonly RateLimitRule[]): RuleStore {
  const definitions = new Map(defined.map((rule) => [rule.name, rule]))

  const known = (name: string, item: RuleItem | undefined): FoundRule => ({
    name,
    defined: definitions.get(name),
    stored: item?.rule,
    version: item?.version ?? 0,
    audit: item?.audit,
  })

  return {
    get: async (id) => {
      const names = namesFor(id)
      const found = await Promise.all(
        names.map(async (name) => known(name, await table.get<RuleItem>(keyOf(name)))),
      )
      const inForce = found.find((candidate) => ruleInForce(candidate) !== undefined)
      return inForce ?? found.at(-1) ?? known(id, undefined)
    },

    list: async () => {
      const items = new Map((await readLive<RuleItem>(table, RULE_PREFIX)).map((item) => [item.name, item]))
      const names = new Set([...definitions.keys(), ...items.keys()])
      return [...names]
        .toSorted()
        .map((name) => known(name, items.get(name)))
        .filter((rule) => ruleInForce(rule) !== undefined)
    },

    writesOf: (previous, { next, action }, change) => {
      const audit = appendAudit(previous.audit, {
        ...change,
        entity: `rate-limit-rule:${next.name}`,
        action,
        before: viewOf(previous),
        after: viewOf(next),
      })
      const { name, stored: rule, version } = next
      const item = { ...keyOf(name), name, rule, version, audit: audit.end }
      return [{ kind: 'put', item, expect: unchangedSince(previous.version) }, LIMIT_SET_CHANGED, audit.write]
    },

    commit: (writes) => table.commit(writes, effects.id()),
  }
}
