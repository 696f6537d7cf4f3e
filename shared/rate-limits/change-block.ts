import type { Block } from './block.ts'
import type { BlockScope, BlockView } from './schemas.ts'

/** A block that has ended, and how. Times are milliseconds since the epoch. */
export interface EndedBlock extends Block {
  readonly endedAt: number
  readonly endedBy: string
}

/** Who is to be blocked, why, and until when. */
export interface BlockRequest {
  readonly scope: BlockScope
  /** As the limiter knows the caller. */
  readonly value: string
  readonly reason: string
  readonly expiresAt?: number
  /** The rule whose denials bring it about; absent when a person does. */
  readonly rule?: string
}

/** Who asks for it and when, and the id that a new block gets. */
export interface BlockCircumstances {
  readonly id: string
  readonly by: string
  readonly now: number
}

export type BlockAction =
  | 'rate-limit-block.created'
  | 'rate-limit-block.replaced'
  | 'rate-limit-block.ended'
  | 'rate-limit-block.expired'

/** A block to put in force, in place of the one that the same caller is under. */
export interface BlockDecision {
  readonly block: Block
  readonly action: BlockAction
}

/** Every container keeps all of them at hand, and looks through the ranges with every request. */
export const MAX_BLOCKS = 5_000

/** When a block has run out by itself; `undefined` as long as it has not. */
const ranOutAt = ({ expiresAt }: Block, now: number): number | undefined =>
  expiresAt !== undefined && expiresAt <= now ? expiresAt : undefined

export const isInForce = (block: Block, now: number): boolean => ranOutAt(block, now) === undefined

/**
 * Blocks a caller. Whoever is blocked already is blocked anew: under the same id, for the new reason, until the new end.
 * @param live all live blocks; some may have run out
 * @returns `too_many` when no further one fits
 */
export function placeBlock(
  live: readonly Block[],
  request: BlockRequest,
  { id, by, now }: BlockCircumstances,
): BlockDecision | 'too_many' {
  const inForce = live.filter((block) => isInForce(block, now))
  const standing = inForce.find(({ scope, value }) => scope === request.scope && value === request.value)
  const made = { ...request, createdAt: now, createdBy: by }
  if (standing !== undefined) {
    const block = { ...made, id: standing.id, version: standing.version + 1 }
    return { block, action: 'rate-limit-block.replaced' }
  }
  if (inForce.length >= MAX_BLOCKS) return 'too_many'
  return { block: { ...made, id, version: 1 }, action: 'rate-limit-block.created' }
}

/** Ends a block that is in force, or writes down that it has run out by itself. */
export function endBlock(block: Block, by: string, now: number): { block: EndedBlock; action: BlockAction } {
  const endedAt = ranOutAt(block, now)
  return {
    block: { ...block, version: block.version + 1, endedAt: endedAt ?? now, endedBy: by },
    action: endedAt === undefined ? 'rate-limit-block.ended' : 'rate-limit-block.expired',
  }
}

const iso = (ms: number): string => new Date(ms).toISOString()

/** When a block ended, and who ended it, if anybody did; `undefined` while it is in force. */
function endOf(block: Block | EndedBlock, now: number): Pick<BlockView, 'ended_at' | 'ended_by'> | undefined {
  if ('endedAt' in block) return { ended_at: iso(block.endedAt), ended_by: block.endedBy }
  const endedAt = ranOutAt(block, now)
  return endedAt === undefined ? undefined : { ended_at: iso(endedAt) }
}

/** A block as the API shows it. */
export function blockView(block: Block | EndedBlock, now: number): BlockView {
  const { rule, expiresAt } = block
  const end = endOf(block, now)
  return {
    id: block.id,
    scope: block.scope,
    value: block.value,
    reason: block.reason,
    ...(rule === undefined ? {} : { rule }),
    state: end === undefined ? 'active' : 'ended',
    created_at: iso(block.createdAt),
    created_by: block.createdBy,
    ...(expiresAt === undefined ? {} : { expires_at: iso(expiresAt) }),
    ...end,
    version: block.version,
  }
}
