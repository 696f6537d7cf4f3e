import type { Grade } from './confirmation.ts'

/** A slot's verdict on one check, and whether its failure was a time-out. */
export interface GradedProbe {
  readonly grade: Grade
  readonly timedOut: boolean
}

/** Below this, time-outs everywhere are as likely the targets' fault as the prober's. */
const MIN_CHECKS_TO_BLAME_TIMEOUTS = 3

/** Clean ticks after which an impaired prober is trusted again. */
const CLEAN_TICKS_TO_RECOVER = 2

/**
 * Judges whether a batch says more about the prober than about its targets: more than half of the probes failed for
 * the prober's own reasons. Time-outs count as such only when nothing in a batch of at least three answered:
 * one answer proves that the prober's way out works.
 */
export function judgeBatch(graded: readonly GradedProbe[]): { impaired: boolean } {
  const answered = graded.some((probe) => probe.grade === 'good' || probe.grade === 'slow')
  const blameTimeouts = !answered && graded.length >= MIN_CHECKS_TO_BLAME_TIMEOUTS
  const own = graded.filter(
    (probe) =>
      probe.grade === 'inconclusive' || (blameTimeouts && probe.grade === 'failed' && probe.timedOut),
  )
  return { impaired: own.length * 2 > graded.length }
}

/**
 * A grade as it may be used after its batch was judged: an impaired prober's time-outs are inconclusive. Other failures
 * stay: a refusal or a wrong answer came from the target, and must not be hidden because other checks lack
 * their settings.
 */
export function discount(grade: Grade, timedOut: boolean, impaired: boolean): Grade {
  return impaired && timedOut && grade === 'failed' ? 'inconclusive' : grade
}

/** Whether one prober (one vantage) can be trusted. Times are milliseconds since the epoch. */
export interface ProberState {
  readonly impaired: boolean
  readonly since: number
  /** Clean ticks in a row since it was last impaired; counted only while impaired. */
  readonly cleanTicks: number
  readonly lastTickAt: number
}

export type ProberEvent = { readonly kind: 'prober_impaired' } | { readonly kind: 'prober_recovered' }

export interface ProberDecision {
  readonly state: ProberState
  readonly events: readonly ProberEvent[]
}

/**
 * Turns the judgements of successive ticks into one event when the prober becomes impaired and one when it was clean
 * for two ticks. Safe to repeat: a clean judgement counts once a tick, an older tick not at all; of several judgements
 * for one tick, impaired wins. Returns the very same state when nothing changed.
 * @param state undefined before the first tick
 * @param impaired what `judgeBatch` said
 * @param at the start of the tick, milliseconds since the epoch
 */
export function nextProber(state: ProberState | undefined, impaired: boolean, at: number): ProberDecision {
  if (state === undefined) {
    const fresh = { impaired, since: at, cleanTicks: 0, lastTickAt: at }
    return { state: fresh, events: impaired ? [{ kind: 'prober_impaired' }] : [] }
  }
  if (at < state.lastTickAt) return { state, events: [] }
  if (impaired) return afterImpairedTick(state, at)
  return at === state.lastTickAt ? { state, events: [] } : afterCleanTick(state, at)
}

function afterImpairedTick(state: ProberState, at: number): ProberDecision {
  // Many batches of one tick may say the same: only the first of them is worth a write.
  if (state.impaired && state.cleanTicks === 0 && state.lastTickAt === at) return { state, events: [] }
  if (state.impaired) return { state: { ...state, cleanTicks: 0, lastTickAt: at }, events: [] }
  return {
    state: { impaired: true, since: at, cleanTicks: 0, lastTickAt: at },
    events: [{ kind: 'prober_impaired' }],
  }
}

function afterCleanTick(state: ProberState, at: number): ProberDecision {
  if (!state.impaired) return { state: { ...state, lastTickAt: at }, events: [] }
  const cleanTicks = state.cleanTicks + 1
  if (cleanTicks < CLEAN_TICKS_TO_RECOVER)
    return { state: { ...state, cleanTicks, lastTickAt: at }, events: [] }
  return {
    state: { impaired: false, since: at, cleanTicks: 0, lastTickAt: at },
    events: [{ kind: 'prober_recovered' }],
  }
}
