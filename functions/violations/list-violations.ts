import type { Handler } from '../../shared/kernel/http/exchange.ts'
import type { violationsContract } from '../../shared/violations/contract.ts'
import { listViolations as list, type ViolationPage } from '../../shared/violations/list.ts'
import type { Violation } from '../../shared/violations/violation.ts'
import { PATIENCE_MS, type ViolationDeps } from './deps.ts'

const view = ({ rule, scope, identifier, count, shadow, firstSeen, lastSeen }: Violation) => ({
  rule,
  scope,
  identifier,
  count,
  shadow_count: shadow,
  first_seen: new Date(firstSeen).toISOString(),
  last_seen: new Date(lastSeen).toISOString(),
})

const totalsView = ({ count, shadow, byRule }: ViolationPage['totals']) => ({
  count,
  shadow_count: shadow,
  by_rule: byRule.map((each) => ({
    rule: each.rule,
    count: each.count,
    shadow_count: each.shadow,
    identifiers: each.identifiers,
  })),
})

/** `GET /api/v1/ops/rate-limits/violations` */
export const listViolations: Handler<typeof violationsContract.listViolations, ViolationDeps> = async (
  { query },
  { table, effects, keyring, sets },
) => {
  const { limit, cursor, ...filter } = query
  const asked = filter.rule === undefined ? [] : [filter.rule]
  const [cursors, { set }] = await Promise.all([keyring.cursors(), sets.current(PATIENCE_MS, asked)])
  const page = await list(table, cursors, set.rules, filter, effects.now(), limit, cursor)
  return {
    body: {
      violations: page.violations.map(view),
      totals: totalsView(page.totals),
      complete: page.complete,
      ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
    },
  }
}
