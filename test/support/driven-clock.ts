import { randomBytes } from 'node:crypto'
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import { ulid, type Effects } from '../../shared/kernel/effects.ts'

interface Waiting {
  readonly untilMs: number
  readonly resolve: () => void
}

/** A clock that jumps to the next moment somebody waits for, but only when nothing else is left to do. */
export interface DrivenClock {
  readonly effects: Effects
  readonly now: () => number
  /** Jumps to a moment without waking anybody, milliseconds since the epoch. */
  readonly set: (ms: number) => void
  /** Marks real input or output: the clock stands still until it is over. */
  readonly during: <T>(work: Promise<T>) => Promise<T>
  /** How many are waiting right now. */
  readonly waiting: () => number
  /** Lets time pass until the work is over, and returns what it gave. */
  readonly drive: <T>(work: Promise<T>) => Promise<T>
}

/** Turns of the event loop without any input or output, after which nothing more will happen by itself. */
const QUIET_TURNS = 4
const PATIENCE_MS = 10_000

/** @param startMs milliseconds since the epoch */
export function drivenClock(startMs: number): DrivenClock {
  let nowMs = startMs
  const busy = new Set<Promise<unknown>>()
  const waiting = new Set<Waiting>()

  const wait = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason)
      const entry = { untilMs: nowMs + Math.max(0, ms), resolve }
      waiting.add(entry)
      signal?.addEventListener('abort', () => {
        if (waiting.delete(entry)) reject(signal.reason)
      })
    })

  const quiet = async (): Promise<void> => {
    let turns = 0
    while (turns < QUIET_TURNS) {
      turns = busy.size > 0 ? 0 : turns + 1
      await Promise.allSettled(busy)
      await turn()
    }
  }

  const wakeNext = (): boolean => {
    const [next] = [...waiting].sort((left, right) => left.untilMs - right.untilMs)
    if (next === undefined) return false
    waiting.delete(next)
    nowMs = Math.max(nowMs, next.untilMs)
    next.resolve()
    return true
  }

  const drive = async <T>(work: Promise<T>): Promise<T> => {
    let over = false
    const ended = () => void (over = true)
    work.then(ended, ended)
    const stuckAfterMs = performance.now() + PATIENCE_MS
    for (;;) {
      await quiet()
      if (over) return work
      if (!wakeNext()) await delay(1)
      if (performance.now() > stuckAfterMs) throw new Error('The work neither ends nor waits for the clock.')
    }
  }

  return {
    now: () => nowMs,
    set: (ms) => void (nowMs = ms),
    waiting: () => waiting.size,
    during: async (work) => {
      busy.add(work)
      return work.finally(() => busy.delete(work))
    },
    drive,
    effects: {
      now: () => nowMs,
      monotonicMs: () => nowMs,
      id: () => ulid(nowMs, randomBytes(10)),
      random: () => 0.5,
      bytes: (byteCount) => randomBytes(byteCount),
      wait,
    },
  }
}
