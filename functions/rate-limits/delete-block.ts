import { Problem } from '../../shared/kernel/errors.ts'
import { requireMatch } from '../../shared/kernel/etag.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { endWrites } from '../../shared/rate-limits/block-store.ts'
import { blockView, isInForce } from '../../shared/rate-limits/change-block.ts'
import type { rateLimitsContract } from '../../shared/rate-limits/contract.ts'
import type { RateLimitDeps } from './deps.ts'

/** `DELETE /api/v1/ops/rate-limits/blocks/{block}` */
export const deleteBlock: Handler<typeof rateLimitsContract.deleteBlock, RateLimitDeps> = async (
  { params, query, principal, ifMatch, requestId, receipt },
  { blocks, effects },
) => {
  const now = effects.now()
  const live = await blocks.get(params.block)
  if (live === undefined || !isInForce(live.block, now)) throw new Problem('unknown_block')
  requireMatch(ifMatch, live.block.version)
  const { block, writes } = endWrites(live, { actor: principal, now, requestId, reason: query.reason })
  const reply = { body: blockView(block, now), version: block.version }
  const committed = await blocks.commit([...writes, ...receipt(reply)])
  if (!committed.committed) throw new Problem('conflict')
  return reply
}
