import type { Table } from '../../shared/kernel/table/table.ts'
import { LIMIT_SET_VERSION, RULE_PREFIX } from '../../shared/rate-limits/limit-set.ts'
import type { RateLimitRule } from '../../shared/rate-limits/rule.ts'

/** What was changed of the rules. The version counts the changes. */
export interface ChangedRules {
  version: number
  rules: readonly RateLimitRule[]
}

/** A table that holds changed rules and nothing else; without any, what is defined holds. */
export const rulesTable = (changed: ChangedRules = { version: 0, rules: [] }): Table => ({
  get: (key) =>
    Promise.resolve(asItem(key.pk === LIMIT_SET_VERSION.pk ? { version: changed.version } : undefined)),
  getMany: () => Promise.resolve([]),
  query: ({ sortBeginsWith }) =>
    Promise.resolve({
      items: asItems(sortBeginsWith === RULE_PREFIX ? changed.rules.map((rule) => ({ rule })) : []),
    }),
  commit: () => Promise.reject(new Error('Nothing writes to the rules here.')),
})

/** A table gives whatever its caller says that it holds. */
const asItem = <T>(item: unknown) => item as T
const asItems = <T>(items: unknown) => items as T[]
