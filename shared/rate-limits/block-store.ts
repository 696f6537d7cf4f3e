import { appendAudit, type Attribution, type ChainEnd } from '../kernel/audit.ts'
import type { Cursors } from '../kernel/cursor.ts'
import type { Effects } from '../kernel/effects.ts'
import { ENTITIES } from '../kernel/grants.ts'
import type { Table } from '../kernel/table/table.ts'
import type { CommitResult, Key, Write } from '../kernel/table/types.ts'
import { unchangedSince } from '../kernel/table/unchanged.ts'
import type { Block } from './block.ts'
import {
  blockView,
  endBlock,
  isInForce,
  placeBlock,
  type BlockAction,
  type BlockDecision,
  type BlockRequest,
  type EndedBlock,
} from './change-block.ts'
import { readList } from './limit-list.ts'
import {
  BLOCK_PREFIX,
  LIMIT_SET_CHANGED,
  LIMIT_SET_VERSION,
  LIVE_PARTITION,
  readLive,
  type StoredBlock,
} from './limit-set.ts'

/** Blocks that have ended. */
const ENDED_PARTITION = `${ENTITIES['limit-set']}ENDED`
/** How long an ended block is shown. Its audit events stay. */
const KEPT_MS = 90 * 86_400_000

/** A live block's item: with the end of its audit chain. */
export interface LiveBlock extends StoredBlock {
  readonly audit: ChainEnd
}

/** The item of a block that has ended. */
export interface ArchivedBlock {
  readonly block: EndedBlock
}

/** All live blocks, as of one version of the live set; blocks that have run out may be among them. */
export interface LiveBlocks {
  readonly setVersion: number
  readonly items: readonly LiveBlock[]
}

/** What a list of blocks is filtered by. */
export interface BlockFilter {
  readonly scope?: Block['scope'] | undefined
  readonly value?: string | undefined
  readonly rule?: string | undefined
  readonly state: 'active' | 'ended' | 'all'
}

export interface BlockStore {
  /** @returns `undefined` when there is none that is live; one that has run out may be */
  readonly get: (id: string) => Promise<LiveBlock | undefined>
  /** All live blocks. */
  readonly live: () => Promise<LiveBlocks>
  /** One page: the live ones first, each part newest first. */
  readonly list: (
    filter: BlockFilter,
    limit: number,
    cursors: Cursors,
    cursor?: string,
  ) => Promise<{ readonly items: readonly (StoredBlock | ArchivedBlock)[]; readonly nextCursor?: string }>
  /** Commits a decision together with other writes. */
  readonly commit: (writes: readonly Write[]) => Promise<CommitResult>
}

const liveKey = (id: string): Key => ({ pk: LIVE_PARTITION, sk: `${BLOCK_PREFIX}${id}` })
const endedKey = (id: string): Key => ({ pk: ENDED_PARTITION, sk: `${BLOCK_PREFIX}${id}` })

/** What lists filter by stands beside the block. */
const filtersOf = ({ scope, value, rule }: Block) => ({ scope, value, rule })

function auditOf(
  previous: LiveBlock | undefined,
  after: Block | EndedBlock,
  action: BlockAction,
  change: Attribution,
) {
  return appendAudit(previous?.audit, {
    ...change,
    entity: `rate-limit-block:${after.id}`,
    action,
    before: previous && blockView(previous.block, change.now),
    after: blockView(after, change.now),
  })
}

/**
 * The writes that put a block in force. They hold only as long as nothing else of the live set has changed, so that a
 * caller is never under two blocks, and that there are never more than there may be.
 */
export function placeWrites(
  { setVersion, items }: LiveBlocks,
  { block, action }: BlockDecision,
  change: Attribution,
): readonly Write[] {
  const previous = items.find((item) => item.block.id === block.id)
  const audit = auditOf(previous, block, action, change)
  const item = { ...liveKey(block.id), ...filtersOf(block), block, version: block.version, audit: audit.end }
  return [
    { kind: 'put', item, expect: unchangedSince(previous?.block.version) },
    { kind: 'update', key: LIMIT_SET_VERSION, add: { version: 1 }, expect: unchangedSince(setVersion) },
    audit.write,
  ]
}

/**
 * The writes that end a block, or move one that has run out to the archive; one a transaction.
 * @returns the ended block with them
 */
export function endWrites(
  previous: LiveBlock,
  change: Attribution,
): { readonly block: EndedBlock; readonly writes: readonly Write[] } {
  const { block, action } = endBlock(previous.block, change.actor.name, change.now)
  const audit = auditOf(previous, block, action, change)
  const expiresAt = Math.ceil((block.endedAt + KEPT_MS) / 1000)
  const archived = { ...endedKey(block.id), ...filtersOf(block), block, version: block.version, expiresAt }
  const writes: Write[] = [
    { kind: 'delete', key: liveKey(block.id), expect: { version: previous.block.version } },
    { kind: 'put', item: archived, expect: { absent: true } },
    LIMIT_SET_CHANGED,
    audit.write,
  ]
  return { block, writes }
}

/**
 * The writes of an automatic block. When they conflict, read the live blocks anew and ask once more.
 * @param live read just now
 * @param change whose actor is Midwatch itself
 * @param id for the new block
 * @returns none when the caller is blocked already, or no further block fits
 */
export function automaticBlock(
  live: LiveBlocks,
  request: BlockRequest & { readonly rule: string },
  change: Attribution,
  id: string,
): { readonly block: Block; readonly writes: readonly Write[] } | undefined {
  const blocks = live.items.map(({ block }) => block)
  const decision = placeBlock(blocks, request, { id, by: change.actor.name, now: change.now })
  // What somebody has decided about this caller is neither shortened nor explained away.
  if (decision === 'too_many' || decision.action === 'rate-limit-block.replaced') return undefined
  return { block: decision.block, writes: placeWrites(live, decision, change) }
}

/** Live blocks that have run out: `endWrites` moves each to the archive, in a transaction of its own. */
export const ranOut = ({ items }: LiveBlocks, now: number): readonly LiveBlock[] =>
  items.filter(({ block }) => !isInForce(block, now))

const whereOf = ({ scope, value, rule }: BlockFilter) => ({
  ...(scope === undefined ? {} : { scope }),
  ...(value === undefined ? {} : { value }),
  ...(rule === undefined ? {} : { rule }),
})

/** Whether a list of this state shows a block. */
function isShown({ block }: StoredBlock | ArchivedBlock, state: BlockFilter['state'], now: number): boolean {
  const endedAt = 'endedAt' in block ? block.endedAt : undefined
  if (endedAt !== undefined) return endedAt > now - KEPT_MS
  return state === 'all' || isInForce(block, now) === (state === 'active')
}

/** Opens the blocks of a table. */
export function blockStore(table: Table, effects: Effects): BlockStore {
  return {
    get: (id) => table.get<LiveBlock>(liveKey(id)),

    live: async () => {
      // In this order: what changes in between makes the version too old, and writes that rest on it conflict.
      const set = await table.get<{ version: number }>(LIMIT_SET_VERSION)
      return { setVersion: set?.version ?? 0, items: await readLive<LiveBlock>(table, BLOCK_PREFIX) }
    },

    list: (filter, limit, cursors, cursor) => {
      const { state } = filter
      const where = whereOf(filter)
      const now = effects.now()
      const live = { partition: LIVE_PARTITION, sortBeginsWith: BLOCK_PREFIX, where, consistent: true }
      const ended = { ...live, partition: ENDED_PARTITION }
      const list = {
        parts: state === 'active' ? [live] : [live, ended],
        keep: (item: StoredBlock | ArchivedBlock) => isShown(item, state, now),
        scope: `rate-limit-blocks ${JSON.stringify(where)} ${state}`,
      }
      return readList<StoredBlock | ArchivedBlock>(table, list, limit, cursors, cursor)
    },

    commit: (writes) => table.commit(writes, effects.id()),
  }
}
