import { setTimeout as delay } from 'node:timers/promises'
import type { Outcome } from './jobs.ts'
import type { Load } from './slow-store.ts'
import type { Stage } from './stage.ts'

/** What one partition key of DynamoDB can do. */
const WRITES_A_SECOND = 1_000
const DECISIONS_A_SECOND = 5_000
const CONTAINERS = 4
const FOR_MS = 8_000
const WINDOW_SECONDS = 6
/** The machine is slow, not the store. */
const PATIENT_MS = 5_000

/** What came of a hot key that all containers ask about. */
export interface HotKeyResult {
  readonly limit: number
  readonly decisionsASecond: number
  readonly admitted: number
  /** After the first second, in which containers get to know how often they are asked. */
  readonly writesASecond: number
  readonly throttled: number
  readonly degraded: number
  /** The most that was admitted in any interval as long as the window. */
  readonly mostInAWindow: number
}

/** How many of the sorted times are at most this. */
function atMost(sorted: Float64Array, bound: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? Infinity) <= bound) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The most admissions that fell into any interval of this length, those that were asked for before it or given after it
 * left out: nobody can say on which side they were counted.
 */
export function mostInAnyWindow(outcomes: readonly Outcome[], windowMs: number): number {
  const asked = Float64Array.from(outcomes.flatMap((outcome) => outcome.asked)).sort()
  const given = Float64Array.from(outcomes.flatMap((outcome) => outcome.given)).sort()
  let most = 0
  asked.forEach((start, before) => {
    if (asked[before - 1] === start) return
    most = Math.max(most, atMost(given, start + windowMs) - before)
  })
  return most
}

/** Writes a second after the first one. */
async function sustained(stage: Stage, running: Promise<unknown>): Promise<{ perSecond: number; all: Load }> {
  const startedMs = performance.now()
  await delay(1_000)
  const first = stage.store.take()
  await running
  const rest = stage.store.take()
  const seconds = (performance.now() - startedMs) / 1000 - 1
  const all = { ...rest, throttled: first.throttled + rest.throttled }
  return { perSecond: rest.calls / seconds, all }
}

/** Asks about one key 5,000 times a second from several containers, before a store that takes 1,000 writes a second. */
export async function hotKey(stage: Stage, limit: number): Promise<HotKeyResult> {
  const workers = Array.from({ length: CONTAINERS }, () => stage.worker())
  const rule = `hot-${limit}`
  const subject = {
    name: 'leased',
    rule,
    limit,
    windowSeconds: WINDOW_SECONDS,
    budgetMs: PATIENT_MS,
  } as const
  const load = { kind: 'paced', aSecond: DECISIONS_A_SECOND / CONTAINERS, forMs: FOR_MS } as const
  // Processes that start share the processors; whoever is paced should not.
  const warmUp = { subject: { ...subject, rule: 'warm-up' }, load: { ...load, aSecond: 50, forMs: 200 } }
  await Promise.all(workers.map((worker) => worker.perform(warmUp)))
  stage.store.cap(WRITES_A_SECOND)
  stage.store.take()
  const running = Promise.all(workers.map((worker) => worker.perform({ subject, load })))
  const { perSecond, all } = await sustained(stage, running)
  const outcomes = await running
  stage.store.cap(undefined)
  await Promise.all(workers.map((worker) => worker.stop()))
  const sum = (read: (outcome: Outcome) => number) =>
    outcomes.reduce((total, outcome) => total + read(outcome), 0)
  return {
    limit,
    decisionsASecond: sum((outcome) => outcome.decisions) / (FOR_MS / 1000),
    admitted: sum((outcome) => outcome.admitted),
    writesASecond: perSecond,
    throttled: all.throttled,
    degraded: sum((outcome) => outcome.degraded),
    mostInAWindow: mostInAnyWindow(outcomes, WINDOW_SECONDS * 1000),
  }
}
