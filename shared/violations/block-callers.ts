import { fingerprintOf } from '../alerts/alert.ts'
import { raiseAlert } from '../alerts/decide.ts'
import type { AlertStore } from '../alerts/store.ts'
import { sha256 } from '../kernel/canonical.ts'
import { ulid, type Effects } from '../kernel/effects.ts'
import { log } from '../kernel/log.ts'
import type { Attribution } from '../kernel/audit.ts'
import type { Table } from '../kernel/table/table.ts'
import type { Write } from '../kernel/table/types.ts'
import { blockIndex } from '../rate-limits/block.ts'
import { automaticBlock, type BlockStore, type LiveBlocks } from '../rate-limits/block-store.ts'
import { isInForce } from '../rate-limits/change-block.ts'
import {
  blockCondition,
  blockRequest,
  judge,
  type BlockingRule,
  type Judgement,
  type Offender,
} from './auto-block.ts'
import { blockedWrite, recentRows } from './store.ts'

/** What blocking callers needs. */
export interface Blocker {
  readonly table: Table
  readonly effects: Effects
  readonly blocks: BlockStore
  readonly alerts: AlertStore
}

/** Somebody else changed the live set at the same moment: once more, then not before the next sweep. */
const TRIES = 2

/** Rows of callers who are blocked already; those beyond wait for the next sweep. */
const MAX_MARKED = 200

/** Who is to be blocked by which rule, in whose name. */
interface Case {
  readonly rule: BlockingRule
  readonly offender: Offender
  readonly change: Attribution
}

/** The same denials always have the same id: even two sweeps at once cannot make two blocks of them. */
function blockId({ scope, value, rows: [row] }: Offender): string {
  const digest = sha256(JSON.stringify([row?.rule, scope, value, row?.hour]))
  return ulid(row?.firstSeen ?? 0, Buffer.from(digest, 'hex'))
}

/** The alert about a rule's blocks, once it has as many as are to come. */
async function alertWrites(
  { alerts, effects }: Blocker,
  rule: BlockingRule,
  callers: number,
  change: Attribution,
): Promise<readonly Write[]> {
  const condition = blockCondition(rule, callers)
  const latest = await alerts.latest(fingerprintOf(condition.labels))
  return alerts.writesOf(latest, raiseAlert(latest, condition, change.now, effects.id()), change)
}

/** What became of an offender, and the live blocks after that. */
interface Outcome {
  readonly blocked: boolean
  readonly live: LiveBlocks
}

/** The live blocks with one more: reading all of them anew would cost more with every block. */
async function withBlock(
  { blocks }: Blocker,
  { setVersion, items }: LiveBlocks,
  id: string,
): Promise<LiveBlocks> {
  const item = await blocks.get(id)
  return { setVersion: setVersion + 1, items: item === undefined ? items : [...items, item] }
}

/**
 * Blocks one caller: block, version of the live set, audit event and marks on the rows together, and the alert with them.
 * @param known the live blocks; read anew when somebody else has changed them
 * @param alerting makes the alert's writes; none when it has been raised
 */
async function blockCaller(
  blocker: Blocker,
  { rule, offender, change }: Case,
  known: LiveBlocks,
  alerting: () => Promise<readonly Write[]>,
): Promise<Outcome> {
  const { table, effects, blocks } = blocker
  const request = blockRequest(rule, offender, change.now)
  const marks = offender.rows.map((row) => blockedWrite(row, change.now))
  let live = known
  for (let tried = 0; tried < TRIES; tried += 1) {
    const placed = automaticBlock(live, request, change, blockId(offender))
    if (placed === undefined) return { blocked: false, live }
    const writes = [...placed.writes, ...marks, ...(await alerting())]
    const { committed } = await table.commit(writes, effects.id())
    if (committed) return { blocked: true, live: await withBlock(blocker, live, placed.block.id) }
    live = await blocks.live()
  }
  return { blocked: false, live }
}

/** How many callers a rule has under a block. */
const blockedBy = ({ name }: BlockingRule, { items }: LiveBlocks, now: number): number =>
  items.filter(({ block }) => block.rule === name && isInForce(block, now)).length

/** Whom the rule has denied too often, according to what is written. */
async function judgement(
  { table }: Blocker,
  rule: BlockingRule,
  { items }: LiveBlocks,
  now: number,
): Promise<Judgement> {
  const { rows, complete } = await recentRows(table, rule.name, now)
  if (!complete) log.warn('more violations than a sweep reads', { rule: rule.name })
  const findBlock = blockIndex(items.map(({ block }) => block))
  return judge(rule, rows, (scope, value) => {
    const address = scope === 'ip' ? value : undefined
    return findBlock({ [scope]: value }, address, now) !== undefined
  })
}

/**
 * Blocks whomever a rule has denied too often, and raises its alert.
 * @param known the blocks as they were just now
 * @param most how many callers to block at most
 * @returns how many were blocked, and the blocks after that
 */
export async function blockOffenders(
  blocker: Blocker,
  rule: BlockingRule,
  known: LiveBlocks,
  change: Attribution,
  most: number,
): Promise<{ readonly blocked: number; readonly live: LiveBlocks }> {
  const { table, effects } = blocker
  const { offenders, covered } = await judgement(blocker, rule, known, change.now)
  for (const row of covered.slice(0, MAX_MARKED))
    await table.commit([blockedWrite(row, change.now)], effects.id())
  const chosen = offenders.slice(0, most)
  const callers = blockedBy(rule, known, change.now) + chosen.length
  let live = known
  let blocked = 0
  for (const offender of chosen) {
    const alerting = async () => (blocked > 0 ? [] : alertWrites(blocker, rule, callers, change))
    const outcome = await blockCaller(blocker, { rule, offender, change }, live, alerting)
    live = outcome.live
    if (outcome.blocked) blocked += 1
    else log.warn('caller not blocked', { rule: rule.name, scope: offender.scope })
  }
  return { blocked, live }
}
