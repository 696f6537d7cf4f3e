import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { LOCAL_CREDENTIALS, REGION, TABLE_NAME } from '../../local/stack/names.ts'
import { systemEffects } from '../../shared/kernel/effects.ts'
import { openCounters, type UpdateCounter } from '../../shared/kernel/table/counters.ts'
import { makeDocumentClient, openTable } from '../../shared/kernel/table/table.ts'
import { counterStore } from '../../shared/rate-limits/counter-store.ts'
import type { Decision } from '../../shared/rate-limits/decision.ts'
import { LimitSetReader } from '../../shared/rate-limits/limit-set.ts'
import { makeLimiter, type Limiter } from '../../shared/rate-limits/limiter.ts'
import { arrivalsOf, seededRandom } from './arrivals.ts'
import { fastClock, type Origin } from './clock.ts'
import { mutated } from './mutation.ts'
import type { Plan, Stream } from './plan.ts'
import { Column, pushAdmission, pushAttempt, type Recording } from './recording.ts'

/** What a process is told to do. */
export interface Task {
  readonly plan: Plan
  readonly origin: Origin
  readonly endpoint: string
  /** Which of the processes this is. */
  readonly index: number
}

/** The store is up in this run, however busy the machine: a late answer must not be taken for a lost one. */
const BUDGET_MS = 30_000
/** More than this many questions are not on their way at once. */
const MAX_IN_FLIGHT = 60
/** A process that got no processor for longer goes on where it was: what it missed does not come in one heap. */
const MAX_STEP_MS = 25

/** Clocks lie evenly between the slowest and the fastest. */
const skewOf = ({ maxSkewMs, processes }: Plan, index: number): number =>
  processes === 1 ? 0 : Math.round(maxSkewMs * ((2 * index) / (processes - 1) - 1))

/** When a question was put to the store, in true time; how late a busy machine hears the answer is not the limiter's doing. */
interface Asked {
  decidedAt: number | undefined
}
const questions = new AsyncLocalStorage<Asked>()

interface Bench {
  readonly limiter: Limiter
  /** True time. */
  readonly now: () => number
  /** By the clock of this process. */
  readonly ownNow: () => number
  readonly storeCalls: () => number
}

function openBench({ plan, origin, endpoint, index }: Task): Bench {
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = endpoint
  process.env['AWS_REGION'] = REGION
  process.env['AWS_ACCESS_KEY_ID'] = LOCAL_CREDENTIALS.accessKeyId
  process.env['AWS_SECRET_ACCESS_KEY'] = LOCAL_CREDENTIALS.secretAccessKey
  const now = fastClock(origin, plan.speed)
  const skewMs = skewOf(plan, index)
  const effects = { ...systemEffects, now: () => Math.floor(now() + skewMs) }
  const counters = mutated(plan.mutation, openCounters(new DynamoDBClient({ maxAttempts: 1 }), TABLE_NAME))
  let storeCalls = 0
  const counted: UpdateCounter = (update) => {
    storeCalls += 1
    const question = questions.getStore()
    if (question !== undefined) question.decidedAt = now()
    return counters(update)
  }
  const table = openTable(makeDocumentClient(), TABLE_NAME, systemEffects)
  const limiter = makeLimiter({
    sets: new LimitSetReader(table, plan.rules, effects),
    store: counterStore(counted, effects, BUDGET_MS),
    table,
    effects,
    patienceMs: BUDGET_MS,
  })
  return { limiter, now, ownNow: effects.now, storeCalls: () => storeCalls }
}

/** Asks, and writes down what became of it. */
class Recorder {
  readonly #bench: Bench
  readonly #plan: Plan
  readonly #attempts = new Column()
  readonly #admissions = new Column()
  #exempted = 0
  #degraded = 0

  constructor(bench: Bench, plan: Plan) {
    this.#bench = bench
    this.#plan = plan
  }

  async ask(stream: number, cost: number): Promise<void> {
    const asked = this.#plan.streams[stream]
    if (asked === undefined) return
    const { rule, identifier } = asked
    pushAttempt(this.#attempts, { stream, at: this.#bench.now(), cost })
    const question: Asked = { decidedAt: undefined }
    const decision = await questions.run(question, () =>
      this.#bench.limiter.decide({ rule, identifier, cost }),
    )
    this.#note(stream, decision, question.decidedAt ?? this.#bench.now())
  }

  #note(stream: number, { reason, degraded, admission, standings }: Decision, at: number): void {
    if (degraded) this.#degraded += 1
    if (reason === 'exempt') this.#exempted += 1
    if (admission === undefined) return
    const [bucket0 = 0, bucket1 = 0] = Object.values(admission.buckets)
    const [limit0 = 0, limit1 = 0] = standings.map(({ limit }) => limit)
    const times = { own: this.#bench.ownNow(), at }
    pushAdmission(this.#admissions, {
      ...times,
      stream,
      cost: admission.cost,
      bucket0,
      limit0,
      bucket1,
      limit1,
    })
  }

  recording(): Recording {
    return {
      attempts: this.#attempts.values(),
      admissions: this.#admissions.values(),
      storeCalls: this.#bench.storeCalls(),
      exempted: this.#exempted,
      degraded: this.#degraded,
    }
  }
}

/** Asks whatever is due of one stream: each at its own time, or one after the other. */
function asker({ pattern }: Stream, stream: number, recorder: Recorder, inFlight: Set<Promise<void>>) {
  let last = Promise.resolve()
  return (cost: number): void => {
    const ask = () => recorder.ask(stream, cost)
    const asking = pattern === 'poisson' ? ask() : last.then(ask)
    last = asking
    inFlight.add(asking)
    void asking.then(() => inFlight.delete(asking))
  }
}

/** Asks whatever is due, and looks again a millisecond later. */
async function drive(plan: Plan, recorder: Recorder, random: () => number): Promise<void> {
  let lookedMs = performance.now()
  let elapsedMs = 0
  const inFlight = new Set<Promise<void>>()
  const ratePerMs = plan.attemptsAProcess / plan.durationMs / plan.streams.length
  const sources = plan.streams.map((stream, index) => ({
    ...arrivalsOf(stream.pattern, ratePerMs, random),
    ask: asker(stream, index, recorder, inFlight),
  }))
  for (let left = plan.attemptsAProcess; left > 0;) {
    const nowMs = performance.now()
    elapsedMs += Math.min(MAX_STEP_MS, nowMs - lookedMs)
    lookedMs = nowMs
    for (const { due, cost, ask } of sources) {
      const count = Math.min(left, due(elapsedMs))
      left -= count
      for (let asked = 0; asked < count; asked += 1) ask(cost())
    }
    await delay(1)
    while (inFlight.size > MAX_IN_FLIGHT) await Promise.race(inFlight)
  }
  await Promise.all(inFlight)
}

async function run(task: Task): Promise<Recording> {
  const { plan, index } = task
  const recorder = new Recorder(openBench(task), plan)
  await drive(plan, recorder, seededRandom(plan.seed + index))
  return recorder.recording()
}

/** The parent is ours and sends tasks. */
const trusted = (message: unknown) => message as Task

process.on('message', (message) => void run(trusted(message)).then((recording) => process.send?.(recording)))
process.on('disconnect', () => process.exit())
process.send?.('ready')
