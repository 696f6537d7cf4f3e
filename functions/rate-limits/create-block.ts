import { Problem } from '../../shared/kernel/errors.ts'
import type { Handler, ReplyTo, RouteRequest } from '../../shared/kernel/http/exchange.ts'
import { addressIdentity } from '../../shared/rate-limits/address.ts'
import { blockIndex, type Block } from '../../shared/rate-limits/block.ts'
import { placeWrites } from '../../shared/rate-limits/block-store.ts'
import { callerOrRange } from '../../shared/rate-limits/caller-value.ts'
import {
  blockView,
  MAX_BLOCKS,
  placeBlock,
  type BlockRequest,
} from '../../shared/rate-limits/change-block.ts'
import type { rateLimitsContract } from '../../shared/rate-limits/contract.ts'
import { isBlockable } from '../../shared/rate-limits/route-limiter.ts'
import type { RateLimitDeps } from './deps.ts'
import { endOf } from './end-of.ts'

type CreateRoute = typeof rateLimitsContract.createBlock

/** Every change of rules and blocks gets in the way of this one. */
const ATTEMPTS = 5

function expiryOf(
  { expires_at: end, duration_seconds: seconds }: RouteRequest<CreateRoute>['body'],
  now: number,
) {
  if (end !== undefined) return { expiresAt: endOf(end, now) }
  return seconds === undefined ? {} : { expiresAt: now + seconds * 1000 }
}

/**
 * The block that a body asks for.
 * @throws `invalid_input`
 */
function blockOf(body: RouteRequest<CreateRoute>['body'], now: number): BlockRequest {
  const { scope, reason } = body
  const caller = callerOrRange(scope, body.value)
  if (caller.value === undefined) {
    throw new Problem('invalid_input', { fields: [{ path: 'body.value', reason: caller.wrong }] })
  }
  return { scope, value: caller.value, reason, ...expiryOf(body, now) }
}

/**
 * Who blocks an address by a slip of the hand, or the range of the own office, could not lift that block again.
 * @throws `invalid_input`
 */
function refuseOwn(block: Block, { principal, sourceIp }: RouteRequest<CreateRoute>, now: number): void {
  const findBlock = blockIndex([block])
  const own = { user: principal.id, ip: addressIdentity(sourceIp) ?? sourceIp }
  if (!isBlockable(principal) || findBlock(own, sourceIp, now) === undefined) return
  const reason = 'must not cover your own address or account: you could not lift the block'
  throw new Problem('invalid_input', { fields: [{ path: 'body.value', reason }] })
}

/** @returns `undefined` when something of the live set has changed meanwhile */
async function attempt(
  request: RouteRequest<CreateRoute>,
  { blocks, effects }: RateLimitDeps,
  asked: BlockRequest,
  now: number,
): Promise<ReplyTo<CreateRoute> | undefined> {
  const { principal, requestId, receipt } = request
  const live = await blocks.live()
  const decision = placeBlock(
    live.items.map(({ block }) => block),
    asked,
    { id: effects.id(), by: principal.name, now },
  )
  if (decision === 'too_many') {
    throw new Problem('too_many_blocks', { detail: `At most ${MAX_BLOCKS} blocks can be in force.` })
  }
  const { block } = decision
  refuseOwn(block, request, now)
  const reply = { body: blockView(block, now), version: block.version }
  const change = { actor: principal, now, requestId, reason: asked.reason }
  const writes = placeWrites(live, decision, change)
  const { committed } = await blocks.commit([...writes, ...receipt(reply)])
  return committed ? reply : undefined
}

/** `POST /api/v1/ops/rate-limits/blocks` */
export const createBlock: Handler<CreateRoute, RateLimitDeps> = async (request, deps) => {
  const now = deps.effects.now()
  const asked = blockOf(request.body, now)
  for (let tried = 0; tried < ATTEMPTS; tried += 1) {
    const reply = await attempt(request, deps, asked, now)
    if (reply !== undefined) return reply
  }
  throw new Problem('conflict')
}
