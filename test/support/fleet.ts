import { randomBytes } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { ulid, type Effects } from '../../shared/kernel/effects.ts'

interface Due {
  readonly atMs: number
  readonly run: () => void
}

/** Time that passes from one event to the next. Nothing in it may do real input or output. */
export interface EventClock {
  readonly now: () => number
  readonly at: (ms: number, run: () => void) => void
  /** Resolves at a later time, in the world outside of any container. */
  readonly after: (ms: number) => Promise<void>
  /** Lets everything happen until nothing is left, and returns how many events that were. */
  readonly run: () => Promise<number>
}

/** @param startMs milliseconds since the epoch */
export function eventClock(startMs: number): EventClock {
  const due: Due[] = []
  let nowMs = startMs

  const at = (atMs: number, run: () => void): void => {
    let low = 0
    let high = due.length
    while (low < high) {
      const middle = (low + high) >>> 1
      // The next to happen stands last; of two at once the older one.
      if ((due[middle]?.atMs ?? 0) > atMs) low = middle + 1
      else high = middle
    }
    due.splice(low, 0, { atMs, run })
  }
  return {
    now: () => nowMs,
    at,
    after: (ms) => new Promise((resolve) => at(nowMs + ms, resolve)),
    run: async () => {
      let events = 0
      await turn()
      for (let next = due.pop(); next !== undefined; next = due.pop()) {
        nowMs = Math.max(nowMs, next.atMs)
        next.run()
        // One turn of the event loop ends whatever the event has begun.
        await turn()
        events += 1
      }
      return events
    },
  }
}

/** A container as Lambda runs one: frozen between invocations, and then neither timers nor answers reach it. */
export interface Container {
  readonly effects: Effects
  readonly isRunning: () => boolean
  /** Thaws it for a handler. What came in meanwhile reaches it just before or just after the handler begins. */
  readonly invoke: (handler: () => Promise<void>) => Promise<void>
  /** Passes an answer on when the container runs. */
  readonly deliver: <T>(answer: Promise<T>) => Promise<T>
}

export interface ContainerOptions {
  readonly random: () => number
  /** Whether its steady clock stands still while it is frozen: nobody promises either. */
  readonly stops: boolean
}

/** Makes a container that was never invoked. */
export function makeContainer(clock: EventClock, { random, stops }: ContainerOptions): Container {
  const held: (() => void)[] = []
  let isRunning = false
  let frozenMs = 0
  let frozenSince = clock.now()

  const reach = (run: () => void): void => {
    if (isRunning) run()
    else held.push(run)
  }
  const release = (): void => {
    for (const run of held.splice(0)) run()
  }
  const wait = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason))
      clock.at(clock.now() + ms, () => reach(resolve))
    })
  return {
    effects: {
      now: clock.now,
      id: () => ulid(clock.now(), randomBytes(10)),
      bytes: (byteCount) => randomBytes(byteCount),
      monotonicMs: () => clock.now() - (stops ? frozenMs : 0),
      random,
      wait,
    },
    isRunning: () => isRunning,
    invoke: async (handler) => {
      isRunning = true
      frozenMs += clock.now() - frozenSince
      if (random() < 0.5) release()
      const handling = handler()
      release()
      await handling
      isRunning = false
      frozenSince = clock.now()
    },
    deliver: (answer) =>
      new Promise((resolve, reject) =>
        answer.then(
          (value) => reach(() => resolve(value)),
          (error) => reach(() => reject(error)),
        ),
      ),
  }
}
