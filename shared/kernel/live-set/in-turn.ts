import type { Effects } from '../effects.ts'
import { Problem } from '../errors.ts'
import { ENTITIES } from '../grants.ts'
import type { Table } from '../table/table.ts'
import type { Key } from '../table/types.ts'
import { unchangedSince } from '../table/unchanged.ts'
import type { LiveEntity } from './live-set.ts'

/** How long a turn lasts for whoever does not give it back: its function may have died. */
const TURN_MS = 5_000
/** How long somebody waits for a turn; longer than a turn lasts. */
const PATIENCE_MS = 20_000
/** How long somebody who has just come waits, on average, before asking again; ever less the longer it takes. */
const FIRST_WAIT_MS = 200
const SHORTEST_WAIT_MS = 20
/** Whoever has the turn may still be overtaken by those who began while nobody had it. */
const ATTEMPTS_IN_TURN = 10

/** What takes turns. */
export interface TurnOptions {
  readonly table: Table
  /** The live set that everybody wants to change. */
  readonly entity: LiveEntity
  readonly effects: Pick<Effects, 'now' | 'monotonicMs' | 'random' | 'wait' | 'id'>
}

/** Who may change a live set next. A courtesy: what keeps changes right is the version of the pointer. */
interface Turn {
  readonly version: number
  /** Milliseconds since the epoch. */
  readonly heldUntil: number
}

const keyOf = (entity: LiveEntity): Key => ({ pk: `${ENTITIES[entity]}TURN`, sk: 'CURRENT' })

const isHeld = (turn: Turn | undefined, { effects }: TurnOptions): boolean =>
  turn !== undefined && turn.heldUntil > effects.now()

/**
 * Asks for the turn once.
 * @returns how to give it back; `undefined` when somebody else has it
 */
async function askForTurn(options: TurnOptions): Promise<(() => Promise<unknown>) | undefined> {
  const { table, entity, effects } = options
  const key = keyOf(entity)
  const found = await table.get<Turn>(key)
  if (isHeld(found, options)) return undefined
  const version = (found?.version ?? 0) + 1
  const item = { ...key, version, heldUntil: effects.now() + TURN_MS }
  const expect = unchangedSince(found?.version)
  const { committed } = await table.commit([{ kind: 'put', item, expect }], effects.id())
  if (!committed) return undefined
  const free = { ...item, version: version + 1, heldUntil: 0 }
  return () => table.commit([{ kind: 'put', item: free, expect: { version } }], effects.id())
}

/** @throws `conflict` when others have the turn for too long */
async function takeTurn(options: TurnOptions): Promise<() => Promise<unknown>> {
  const { effects } = options
  const startMs = effects.monotonicMs()
  for (;;) {
    const giveBack = await askForTurn(options)
    if (giveBack !== undefined) return giveBack
    const patience = 1 - (effects.monotonicMs() - startMs) / PATIENCE_MS
    if (patience <= 0) throw new Problem('conflict')
    await effects.wait(effects.random() * 2 * Math.max(FIRST_WAIT_MS * patience, SHORTEST_WAIT_MS))
  }
}

/** It ends by itself if it cannot be given back, and whoever has done its change should hear of that. */
const letGo = (giveBack: () => Promise<unknown>): Promise<unknown> => giveBack().catch(() => undefined)

/**
 * Reads, decides and commits again for as long as others are quicker: everybody who changes a live set gets in everybody
 * else's way, because its pointer is one item. While nobody has the turn, the first attempt is free; whoever is overtaken
 * waits for a turn, and whoever comes meanwhile queues too, so that of many writers at once each gets through.
 * @param attempt does everything from the first read on; `undefined` when what it had read has changed before it committed
 * @returns what the first successful attempt returns
 * @throws `conflict` when every attempt was overtaken or no turn came, and whatever an attempt throws
 */
export async function inTurn<T>(options: TurnOptions, attempt: () => Promise<T | undefined>): Promise<T> {
  const turn = await options.table.get<Turn>(keyOf(options.entity))
  const first = isHeld(turn, options) ? undefined : await attempt()
  if (first !== undefined) return first
  const giveBack = await takeTurn(options)
  try {
    for (let tried = 0; tried < ATTEMPTS_IN_TURN; tried += 1) {
      const done = await attempt()
      if (done !== undefined) return done
    }
  } finally {
    await letGo(giveBack)
  }
  throw new Problem('conflict')
}
