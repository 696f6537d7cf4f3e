import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { callerOrRange } from '../../shared/rate-limits/caller-value.ts'
import { blockView } from '../../shared/rate-limits/change-block.ts'
import type { rateLimitsContract } from '../../shared/rate-limits/contract.ts'
import type { RateLimitDeps } from './deps.ts'
import { ruleNameOf } from './rule-at.ts'

/** An address or a range may be asked for the way it was sent, or the way it is shown. */
const asKnown = (value: string): string => callerOrRange('ip', value).value ?? value

/** `GET /api/v1/ops/rate-limits/blocks` */
export const listBlocks: Handler<typeof rateLimitsContract.listBlocks, RateLimitDeps> = async (
  { query },
  { blocks, rules, keyring, effects },
) => {
  const { scope, value, state, limit, cursor } = query
  const cursors = await keyring.cursors()
  const filter = {
    scope,
    value: value === undefined ? undefined : asKnown(value),
    rule: query.rule === undefined ? undefined : await ruleNameOf(rules, query.rule),
    state,
  }
  const page = await blocks.list(filter, limit, cursors, cursor)
  const now = effects.now()
  return {
    body: {
      blocks: page.items.map(({ block }) => blockView(block, now)),
      ...(page.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
    },
  }
}
