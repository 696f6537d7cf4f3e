import { seededRandom } from '../../bench/oracle/arrivals.ts'
import { throwSwitch, editFlag, flagInForce } from '../../shared/feature-flags/change-flag.ts'
import { FlagClient } from '../../shared/feature-flags/client.ts'
import type { FlagSet } from '../../shared/feature-flags/evaluate.ts'
import { ExposureRecorder } from '../../shared/feature-flags/exposure-recorder.ts'
import { Exposures } from '../../shared/feature-flags/exposures.ts'
import { flagSetOf, type LiveEntry } from '../../shared/feature-flags/flag-set.ts'
import { flagStore, type FlagStore } from '../../shared/feature-flags/flag-store.ts'
import type { Flag } from '../../shared/feature-flags/flag.ts'
import { LiveReader, REST_MS, TTL_MS } from '../../shared/kernel/live-set/live-reader.ts'
import type { Table } from '../../shared/kernel/table/table.ts'
import { secondWatchNetwork } from '../../shared/platforms/second-watch-network.ts'
import { START_MS } from './effects.ts'
import { eventClock, makeContainer, type Container, type EventClock } from './fleet.ts'
import { memoryTable } from './memory-table.ts'

/** What the network does to a request that is sent now. */
export type Weather = 'fine' | 'hangs' | 'refuses' | 'drops'

export interface PropagationOptions {
  readonly containers: number
  readonly switches: number
  readonly saves: number
  readonly hours: number
  readonly seed: number
  /** The reader under test; the real one when absent. */
  readonly Reader?: typeof LiveReader
  readonly weather?: (ms: number) => Weather
  /** Whether no save can be made any more; switches can. */
  readonly isBuilderBroken?: boolean
}

export interface Propagation {
  readonly evaluations: number
  readonly switched: number
  readonly saved: number
  /** Evaluations that gave what had not been true any more for longer than the TTL when their invocation began. */
  readonly stale: number
  /** The same among those that said STALE themselves. */
  readonly saidStale: number
  /** Evaluations that said STALE though the table had been answering for long enough. */
  readonly needlesslyUncertain: number
  /** How many evaluations the table knows of in the end. */
  readonly counted: number
  readonly items: number
  /** The longest sleep between two invocations of a container, milliseconds. */
  readonly longestSleepMs: number
  readonly reads: number
}

const KILLSWITCHES = secondWatchNetwork.flags.filter(({ category }) => category === 'killswitch')
const SAVED = 'enable_new_player'
const ACTOR = { kind: 'user', id: 'ada', name: 'ada', roles: [], groups: [], scopes: [] } as const

const exponential = (random: () => number, mean: number): number => -Math.log(1 - random()) * mean

/** What was true, and since when. */
class Truth {
  readonly #changes = new Map<string, { readonly atMs: number; readonly value: unknown }[]>()

  set(key: string, value: unknown, atMs: number): void {
    const changes = this.#changes.get(key) ?? []
    changes.push({ atMs, value })
    this.#changes.set(key, changes)
  }

  /** Whether this was true at any moment since then. */
  held(key: string, value: unknown, sinceMs: number): boolean {
    const changes = this.#changes.get(key) ?? []
    for (let index = changes.length - 1; index >= 0; index -= 1) {
      const change = changes[index]
      if (change?.value === value) return true
      if (change !== undefined && change.atMs <= sinceMs) return false
    }
    return false
  }
}

/** Whoever changes flags: through the real store, so that switches and saves meet as they do in the table. */
class Operator {
  readonly truth = new Truth()
  readonly #store: FlagStore
  readonly #clock: EventClock
  switched = 0
  saved = 0

  constructor(store: FlagStore, clock: EventClock) {
    this.#store = store
    this.#clock = clock
    for (const { key } of KILLSWITCHES) this.truth.set(key, false, -Infinity)
    this.truth.set(SAVED, false, -Infinity)
  }

  async throwSwitch(key: string): Promise<void> {
    const known = await this.#store.get(key)
    const flag = flagInForce(known)
    if (flag === undefined) throw new Error(`There is no flag ${key}.`)
    const decision = throwSwitch(known, flag, !known.isSwitched)
    const { committed } = await this.#store.commit(
      this.#store.switchWritesOf([{ known, decision }], this.#change()),
    )
    if (!committed) return this.throwSwitch(key)
    this.truth.set(key, !known.isSwitched, this.#clock.now())
    this.switched += 1
  }

  /** Takes its time between reading and writing; whoever is quicker makes it begin again. */
  async save(latencyMs: number): Promise<void> {
    const all = await this.#store.all()
    const known = all.flags.get(SAVED)
    const flag = known && flagInForce(known)
    if (known === undefined || flag === undefined) throw new Error(`There is no flag ${SAVED}.`)
    const isOn = flag.status !== 'enabled'
    const decision = editFlag(known, { ...flag, status: isOn ? 'enabled' : 'disabled' })
    await this.#clock.after(latencyMs)
    const writes = this.#store.writesOf(all, [{ known, decision }], this.#change())
    if (!(await this.#store.commit(writes)).committed) return this.save(latencyMs)
    this.truth.set(SAVED, isOn, this.#clock.now())
    this.saved += 1
  }

  #change() {
    return { actor: ACTOR, now: this.#clock.now() }
  }
}

/** How long the SDK waits for an answer. */
const REQUEST_MS = 3_000

/** What a network does. */
interface Network {
  readonly latencyMs: () => number
  readonly weather: (ms: number) => Weather
  /** Told when the table has answered, before anybody hears it. */
  readonly onRead: () => void
}

/** The table as a container reaches it. */
function reached(
  table: Table,
  container: Container,
  clock: EventClock,
  { latencyMs, weather, onRead }: Network,
): Table {
  const sent = async <T>(work: () => Promise<T>): Promise<T> => {
    const now = weather(clock.now())
    if (now === 'refuses') throw new Error('The connection was refused.')
    if (now === 'hangs') await clock.after(REQUEST_MS)
    if (now === 'hangs') throw new Error('There was no answer.')
    const eachWayMs = latencyMs() / 2
    await clock.after(eachWayMs)
    const answer = await work()
    await clock.after(eachWayMs)
    if (now === 'drops') throw new Error('The connection was reset.')
    return answer
  }
  return {
    ...table,
    get: <T>(...question: Parameters<Table['get']>) => {
      return container.deliver(
        sent(() => {
          onRead()
          return table.get<T>(...question)
        }),
      )
    },
    commit: (writes, writeId) => container.deliver(sent(() => table.commit(writes, writeId))),
  }
}

function clientOf(table: Table, { effects }: Container, Reader: typeof LiveReader): FlagClient {
  const exposures = new Exposures(effects.random)
  const flags: readonly Flag[] = secondWatchNetwork.flags
  const live = new Reader<LiveEntry, FlagSet>({
    table,
    entity: 'flag-live',
    build: (entries, marks) => flagSetOf(flags, entries, marks),
    effects,
  })
  return new FlagClient({
    live,
    exposures,
    recorder: new ExposureRecorder(table, effects, exposures),
    effects,
  })
}

/** All counts of all flags. */
const countedIn = (items: ReadonlyMap<string, Readonly<Record<string, unknown>>>): number =>
  [...items.values()]
    .flatMap((item) => Object.entries(item))
    .reduce((sum, [name, value]) => (name.startsWith('count:') ? sum + Number(value) : sum), 0)

/** A burst every few minutes or hours; within one, an invocation several times a second. */
const BURSTS_EVERY_MS = [240_000, 900_000, 1_800_000, 7_200_000]
const INVOCATIONS_A_BURST = 12
const GAP_MS = 250

/** Many a next invocation comes just when the last answer becomes too old. */
const gapOf = (random: () => number): number =>
  random() < 0.3 ? TTL_MS - 120 + random() * 140 : exponential(random, GAP_MS)

/** Most answers come in milliseconds, some only just before the container's patience ends. */
const latencyOf = (random: () => number): number => (random() < 0.1 ? 60 + random() * 180 : 2 + random() * 20)

/**
 * Plays containers that come and go against an operator who changes flags, and judges each evaluation by what was true when
 * its invocation began, less the TTL.
 */
export async function playPropagation(options: PropagationOptions): Promise<Propagation> {
  const { containers, switches, saves, hours, seed, Reader = LiveReader, weather = () => 'fine' } = options
  const random = seededRandom(seed)
  const clock = eventClock(START_MS)
  const { table, backup, writes } = memoryTable()
  const operatorEffects = makeContainer(clock, { random, stops: false }).effects
  const operator = new Operator(flagStore(table, operatorEffects, secondWatchNetwork.flags), clock)
  const endMs = START_MS + hours * 3_600_000
  const figures = {
    evaluations: 0,
    stale: 0,
    saidStale: 0,
    needlesslyUncertain: 0,
    longestSleepMs: 0,
    reads: 0,
  }
  const failures: unknown[] = []
  const note = (work: Promise<void>): void => void work.catch((error: unknown) => failures.push(error))
  const anyTime = (): number => START_MS + random() * (endMs - START_MS)

  const switchAt = (n: number, atMs: number): void => {
    const flag = KILLSWITCHES[n % KILLSWITCHES.length]
    if (flag !== undefined) clock.at(atMs, () => note(operator.throwSwitch(flag.key)))
  }
  // Half of the switches come at the worst moment: when a container is just being told what held before.
  let planned = Math.floor(switches / 2)
  for (let n = 0; n < planned; n += 1) switchAt(n, anyTime())
  const onRead = (): void => {
    figures.reads += 1
    if (planned === switches || random() > 0.5) return
    switchAt(planned, clock.now())
    planned += 1
  }
  for (let n = 0; n < saves; n += 1) {
    const atMs = anyTime()
    if (options.isBuilderBroken && atMs > START_MS + 60_000) continue
    clock.at(atMs, () => note(operator.save(latencyOf(random))))
  }

  const wasFine = (sinceMs: number): boolean =>
    [0, REST_MS / 2, REST_MS, REST_MS + 500].every((agoMs) => weather(sinceMs - agoMs) === 'fine')

  const network = { latencyMs: () => latencyOf(random), weather, onRead }
  const judge = (client: FlagClient, sinceMs: number): void => {
    for (const key of [...KILLSWITCHES.map((flag) => flag.key), SAVED]) {
      const evaluation = client.evaluate(key, { targetingKey: 'ada' })
      if (evaluation.reason === 'ERROR') throw new Error(`${key} was not evaluated.`)
      figures.evaluations += 1
      const isRight = operator.truth.held(key, evaluation.value, sinceMs - TTL_MS)
      if (!isRight && evaluation.reason === 'STALE') figures.saidStale += 1
      if (!isRight && evaluation.reason !== 'STALE') figures.stale += 1
      if (evaluation.reason === 'STALE' && wasFine(sinceMs)) figures.needlesslyUncertain += 1
    }
  }

  /** Something that takes its time, and asks again before it ends: what that begins is on its way while the container sleeps. */
  const work = async (client: FlagClient, { effects }: Container): Promise<void> => {
    await effects.wait(exponential(random, TTL_MS))
    client.boolean(SAVED, { targetingKey: 'ada' }, false)
    figures.evaluations += 1
  }

  const ends: (() => Promise<void>)[] = []
  const play = (index: number): void => {
    const container = makeContainer(clock, { random, stops: index % 2 === 0 })
    const client = clientOf(reached(table, container, clock, network), container, Reader)
    let lastMs = clock.now()
    const handler = async (): Promise<void> => {
      const sinceMs = clock.now()
      figures.longestSleepMs = Math.max(figures.longestSleepMs, sinceMs - lastMs)
      await client.refresh()
      judge(client, sinceMs)
      if (random() < 0.1) await work(client, container)
      lastMs = clock.now()
    }
    const burst = (): void => {
      let atMs = clock.now()
      const invocations = Math.ceil(exponential(random, INVOCATIONS_A_BURST))
      for (let n = 0; n < invocations; n += 1) {
        clock.at(atMs, () => {
          if (!container.isRunning()) note(container.invoke(handler))
        })
        atMs += gapOf(random)
      }
      next(atMs)
    }
    const everyMs = BURSTS_EVERY_MS[index % BURSTS_EVERY_MS.length] ?? 0
    const next = (afterMs: number): void => {
      const atMs = afterMs + exponential(random, everyMs)
      if (atMs < endMs) clock.at(atMs, burst)
    }
    next(START_MS)
    ends.push(() => container.invoke(() => client.flush()))
  }
  for (let index = 0; index < containers; index += 1) play(index)
  clock.at(endMs, () => undefined)

  await clock.run()
  for (const end of ends) note(end())
  await clock.run()
  if (failures.length > 0) throw failures[0]
  return {
    ...figures,
    counted: countedIn(backup()),
    items: writes(),
    switched: operator.switched,
    saved: operator.saved,
  }
}
