import type { Alert } from '../alerts/alert.ts'
import type { AlertStore } from '../alerts/store.ts'
import { systemPrincipal } from '../kernel/auth.ts'
import type { Effects } from '../kernel/effects.ts'
import { retrying } from '../kernel/live-set/retrying.ts'
import { errorFields, log } from '../kernel/log.ts'
import { outboxWrite } from '../kernel/outbox.ts'
import type { Write } from '../kernel/table/types.ts'
import type { Appliers } from './applier.ts'
import { decideChange, stateAt } from './change.ts'
import { revertedMessage } from './message.ts'
import { endWatch, type ChangeStore, type StoredChange } from './store.ts'
import { watchVerdict, type Watch } from './watch.ts'

/** In whose name changes are taken back and closed. */
const WATCH = systemPrincipal('watch')

/** What a sweep needs. */
export interface ChangeSweeper {
  readonly changes: ChangeStore
  readonly alerts: Pick<AlertStore, 'latest'>
  readonly appliers: Appliers
  readonly effects: Pick<Effects, 'now' | 'random' | 'wait'>
  /** Goes into messages. */
  readonly platformName: string
}

/** What a sweep did. */
export interface SweepReport {
  /** Changes that were taken back. */
  readonly reverted: number
  /** Watches that ended with nothing to take back. */
  readonly ended: number
  /** Changes that nobody has approved in time. */
  readonly expired: number
}

type Outcome = 'reverted' | 'ended' | 'expired'

/** Takes a change back and says so, or only ends its watch when somebody has changed the target since. */
async function revert(sweeper: ChangeSweeper, watch: Watch, alert: Alert): Promise<Outcome | undefined> {
  const { changes, appliers, effects, platformName } = sweeper
  return retrying(effects, async () => {
    if (!(await changes.isWatching(watch))) return 'ended'
    const now = effects.now()
    const reason = `Taken back: ${alert.summary} (alert ${alert.id})`
    const restored = await appliers[watch.kind].restore(watch, { actor: WATCH, now, reason })
    const writes: readonly Write[] =
      restored === undefined
        ? []
        : [...restored.writes, outboxWrite(revertedMessage(watch, restored, alert, now, platformName))]
    const { committed } = await changes.commit([endWatch(watch), ...writes])
    if (!committed) return undefined
    return restored === undefined ? 'ended' : 'reverted'
  })
}

/** How things stood when a sweep began. */
interface Seen {
  /** Milliseconds since the epoch; no alert was read before. */
  readonly now: number
  readonly latest: AlertStore['latest']
}

/** Asks for each alert once: however many changes one watches, a sweep ends in time. */
function seenBy({ alerts, effects }: ChangeSweeper): Seen {
  const asked = new Map<string, ReturnType<AlertStore['latest']>>()
  const latest: AlertStore['latest'] = (fingerprint) => {
    const answer = asked.get(fingerprint) ?? alerts.latest(fingerprint)
    asked.set(fingerprint, answer)
    return answer
  }
  return { now: effects.now(), latest }
}

async function lookAfter(sweeper: ChangeSweeper, watch: Watch, seen: Seen): Promise<Outcome | undefined> {
  const latest = await seen.latest(watch.on.fingerprint)
  const verdict = watchVerdict(watch, latest, seen.now)
  if (verdict === 'watching') return undefined
  if (verdict === 'fired' && latest !== undefined) return revert(sweeper, watch, latest)
  const { committed } = await sweeper.changes.commit([endWatch(watch)])
  return committed ? 'ended' : undefined
}

/** Closes what has waited too long. Whoever decides at the same moment wins. */
async function closeExpired(
  { changes, effects }: ChangeSweeper,
  change: StoredChange,
): Promise<Outcome | undefined> {
  const now = effects.now()
  if (stateAt(change, now) !== 'expired') return undefined
  const decider = { ...WATCH, decidesForOthers: true }
  const decision = decideChange(change, decider, { state: 'expired', by: WATCH.name, now })
  if (typeof decision === 'string') return undefined
  const { committed } = await changes.commit(changes.writesOf(change, decision, { actor: WATCH, now }))
  return committed ? 'expired' : undefined
}

/** What came of some items. */
interface Tried {
  readonly outcomes: readonly (Outcome | undefined)[]
  readonly failures: readonly unknown[]
}

/** Tries one after the other: one that fails keeps none of the others from its turn. */
async function tryEach<Item>(
  read: () => Promise<readonly Item[]>,
  act: (item: Item) => Promise<Outcome | undefined>,
): Promise<Tried> {
  const outcomes: (Outcome | undefined)[] = []
  const failures: unknown[] = []
  for (const item of await read()) {
    await act(item).then(
      (outcome) => outcomes.push(outcome),
      (error: unknown) => {
        log.error('change not looked after', errorFields(error))
        failures.push(error)
      },
    )
  }
  return { outcomes, failures }
}

/**
 * Takes back watched changes whose alert has opened, and ends what has run out. Doing it twice changes nothing twice.
 * @throws an error that holds those of all watches and changes which could not be looked after; the others were
 */
export async function sweepChanges(sweeper: ChangeSweeper): Promise<SweepReport> {
  const { changes } = sweeper
  const seen = seenBy(sweeper)
  const watched = await tryEach(changes.watches, (watch) => lookAfter(sweeper, watch, seen))
  const waiting = await tryEach(
    () => changes.pending(),
    (change) => closeExpired(sweeper, change),
  )
  const failures = [...watched.failures, ...waiting.failures]
  if (failures.length > 0) {
    throw new AggregateError(
      failures,
      `Some watched or waiting changes were not looked after: ${failures.length}.`,
    )
  }
  const outcomes = [...watched.outcomes, ...waiting.outcomes]
  const countOf = (wanted: Outcome) => outcomes.filter((outcome) => outcome === wanted).length
  return { reverted: countOf('reverted'), ended: countOf('ended'), expired: countOf('expired') }
}
