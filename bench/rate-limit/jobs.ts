import { setTimeout as delay } from 'node:timers/promises'
import { subjectOf, type SubjectOptions } from './subjects.ts'

/** What a worker is asked to do with one limiter. */
export interface Job {
  readonly subject: SubjectOptions
  /** `burst`, `hot`: as fast as it goes, so many at once; `paced`: so many a second; `turns`: one after the other. */
  readonly load:
    | { readonly kind: 'burst'; readonly atOnce: number; readonly decisions: number; readonly keys: number }
    | { readonly kind: 'hot'; readonly atOnce: number; readonly forMs: number }
    | { readonly kind: 'paced'; readonly aSecond: number; readonly forMs: number }
    | { readonly kind: 'turns'; readonly keys: number; readonly passes: number }
}

/** What came of it. */
export interface Outcome {
  readonly decisions: number
  readonly admitted: number
  /** Decisions that were made without the store. */
  readonly degraded: number
  readonly wallMs: number
  /** Of each decision of the last pass (`turns`). */
  readonly latenciesMs: readonly number[]
  /** The same of the first pass, when no key is known to the store yet. */
  readonly firstLatenciesMs: readonly number[]
  /** When each admission was asked for and when it was given (`paced`), milliseconds since the epoch. */
  readonly asked: readonly number[]
  readonly given: readonly number[]
}

/** A pacer looks at the clock this often. */
const STEP_MS = 4

type Decide = (key: string) => Promise<boolean>
type Done = Partial<Outcome> & Pick<Outcome, 'decisions' | 'admitted'>

/** Keeps so many decisions going. */
async function keepGoing(decide: Decide, atOnce: number, next: () => string | undefined): Promise<Done> {
  let decisions = 0
  let admitted = 0
  const worker = async (): Promise<void> => {
    for (let key = next(); key !== undefined; key = next()) {
      decisions += 1
      if (await decide(key)) admitted += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return { decisions, admitted }
}

function burst(decide: Decide, atOnce: number, decisions: number, keys: number): Promise<Done> {
  let asked = 0
  return keepGoing(decide, atOnce, () => (asked < decisions ? `caller-${asked++ % keys}` : undefined))
}

function hot(decide: Decide, atOnce: number, forMs: number): Promise<Done> {
  const endMs = performance.now() + forMs
  return keepGoing(decide, atOnce, () => (performance.now() < endMs ? 'caller' : undefined))
}

async function paced(decide: Decide, aSecond: number, forMs: number): Promise<Done> {
  const startMs = performance.now()
  const asked: number[] = []
  const given: number[] = []
  const pending: Promise<void>[] = []
  const one = async (): Promise<void> => {
    const askedAt = Date.now()
    if (!(await decide('caller'))) return
    asked.push(askedAt)
    given.push(Date.now())
  }
  for (let passedMs = 0; passedMs < forMs; passedMs = performance.now() - startMs) {
    while (pending.length < (passedMs * aSecond) / 1000) pending.push(one())
    await delay(STEP_MS)
  }
  await Promise.all(pending)
  return { decisions: pending.length, admitted: asked.length, asked, given }
}

async function turns(decide: Decide, keys: number, passes: number): Promise<Done> {
  let admitted = 0
  const measured: number[][] = []
  for (let pass = 0; pass < passes; pass += 1) {
    const latencies: number[] = []
    for (let key = 0; key < keys; key += 1) {
      const startMs = performance.now()
      if (await decide(`caller-${key}`)) admitted += 1
      latencies.push(performance.now() - startMs)
    }
    measured.push(latencies)
  }
  const latenciesMs = measured.at(-1) ?? []
  return { decisions: keys * passes, admitted, latenciesMs, firstLatenciesMs: measured[0] ?? [] }
}

function run(decide: Decide, { load }: Job): Promise<Done> {
  switch (load.kind) {
    case 'burst':
      return burst(decide, load.atOnce, load.decisions, load.keys)
    case 'hot':
      return hot(decide, load.atOnce, load.forMs)
    case 'paced':
      return paced(decide, load.aSecond, load.forMs)
    case 'turns':
      return turns(decide, load.keys, load.passes)
  }
}

/** Makes the job's limiter and loads it. */
export async function perform(job: Job): Promise<Outcome> {
  const { decide, degraded } = await subjectOf(job.subject)
  const startMs = performance.now()
  const done = await run(decide, job)
  const wallMs = performance.now() - startMs
  return {
    latenciesMs: [],
    firstLatenciesMs: [],
    asked: [],
    given: [],
    ...done,
    degraded: degraded(),
    wallMs,
  }
}
