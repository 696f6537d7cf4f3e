import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { oneCaller } from '../../shared/rate-limits/caller-value.ts'
import { overrideView } from '../../shared/rate-limits/change-override.ts'
import type { rateLimitsContract } from '../../shared/rate-limits/contract.ts'
import type { RateLimitDeps } from './deps.ts'
import { ruleNameOf } from './rule-at.ts'

/** An address may be asked for the way it was sent, or the way it is shown. */
const asKnown = (value: string): string => oneCaller('ip', value).value ?? value

/** `GET /api/v1/ops/rate-limits/overrides` */
export const listOverrides: Handler<typeof rateLimitsContract.listOverrides, RateLimitDeps> = async (
  { query },
  { overrides, rules, keyring, effects },
) => {
  const { override_type: scope, override_value: value, state, limit, cursor } = query
  const cursors = await keyring.cursors()
  const filter = {
    rule: query.rule === undefined ? undefined : await ruleNameOf(rules, query.rule),
    scope,
    value: value === undefined ? undefined : asKnown(value),
    state,
  }
  const page = await overrides.list(filter, limit, cursors, cursor)
  const now = effects.now()
  return {
    body: {
      overrides: page.items.map(({ override, version }) => overrideView(override, version, now)),
      ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
    },
  }
}
