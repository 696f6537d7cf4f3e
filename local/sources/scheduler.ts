import type { Schedule, ScheduleEvent } from '../../shared/kernel/route.ts'
import type { InvokeAsync } from './async-invoke.ts'

interface SchedulerOptions {
  readonly schedules: readonly Schedule[]
  /** The length of a tick: what AWS does each minute happens each tick. */
  readonly tickSeconds: number
  /** `manual`: ticks come from `tick()` alone. */
  readonly mode: 'timer' | 'manual'
  readonly invoke: InvokeAsync
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export interface Scheduler {
  /**
   * Invokes what is due and resolves when all of it has ended. In manual mode each call is the next tick, even when the
   * clock has not come so far yet.
   */
  readonly tick: () => Promise<void>
  readonly stop: () => Promise<void>
}

const HOUR_MS = 3_600_000

const functionNameOf = ({ capability, name }: Schedule): string => `${capability}-${name}`

/** EventBridge Scheduler: invokes every schedule at start and then at aligned moments, each tick or each hour. */
export function startScheduler({ schedules, tickSeconds, mode, invoke, now }: SchedulerOptions): Scheduler {
  const tickMs = tickSeconds * 1000
  const running = new Set<Promise<unknown>>()
  let lastTickMs = Number.NEGATIVE_INFINITY
  let lastHour = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined

  function due(atMs: number): readonly Schedule[] {
    const hour = Math.floor(atMs / HOUR_MS)
    const startsHour = hour !== lastHour
    lastHour = hour
    return schedules.filter(({ every }) => every === 'minute' || startsHour)
  }

  async function fire(atMs: number): Promise<void> {
    lastTickMs = atMs
    const scheduledAt = new Date(atMs).toISOString()
    const invocations = due(atMs).map((schedule) => {
      const event: ScheduleEvent = { schedule: schedule.name, scheduledAt }
      return invoke(functionNameOf(schedule), event)
    })
    const all = Promise.all(invocations)
    running.add(all)
    await all.finally(() => running.delete(all))
  }

  function arm(): void {
    // A timer may go off a moment early; the tick it was set for must not come twice.
    const nextMs = Math.max(lastTickMs, Math.floor(now() / tickMs) * tickMs) + tickMs
    timer = setTimeout(() => {
      void fire(nextMs)
      arm()
    }, nextMs - now())
  }

  if (mode === 'timer') {
    void fire(Math.floor(now() / tickMs) * tickMs)
    arm()
  }

  return {
    tick: () => fire(Math.max(lastTickMs + tickMs, Math.floor(now() / tickMs) * tickMs)),
    stop: async () => {
      clearTimeout(timer)
      await Promise.all(running)
    },
  }
}
