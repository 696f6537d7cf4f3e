import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { failed, type Outcome } from '../../../local/host/invocation.ts'
import { asyncInvoke } from '../../../local/sources/async-invoke.ts'
import { startScheduler } from '../../../local/sources/scheduler.ts'
import type { Schedule } from '../../../shared/kernel/route.ts'

const NOON = Date.UTC(2025, 0, 1, 12, 0, 3)

const scheduleOf = (name: string, every: Schedule['every']): Schedule => ({
  type: 'schedule',
  capability: 'prober',
  name,
  summary: '',
  every,
  timeoutSeconds: 10,
  uses: [],
})
const schedules = [scheduleOf('tick', 'minute'), scheduleOf('roll', 'hour')]

function schedulerOf(mode: 'timer' | 'manual') {
  const invoked: string[] = []
  const scheduler = startScheduler({
    schedules,
    tickSeconds: 10,
    mode,
    now: () => Date.now(),
    invoke: async (functionName, event) => {
      const { scheduledAt } = event as { scheduledAt: string }
      invoked.push(`${functionName} ${scheduledAt.slice(11, 19)}`)
    },
  })
  return { scheduler, invoked }
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOON })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the scheduler', () => {
  test('fires everything at start, then each tick at aligned moments', async () => {
    const { scheduler, invoked } = schedulerOf('timer')
    await vi.advanceTimersByTimeAsync(18_000)
    expect(invoked).toEqual([
      'prober-tick 12:00:00',
      'prober-roll 12:00:00',
      'prober-tick 12:00:10',
      'prober-tick 12:00:20',
    ])
    await scheduler.stop()
  })

  test('fires hourly schedules once an hour', async () => {
    const { scheduler, invoked } = schedulerOf('timer')
    await vi.advanceTimersByTimeAsync(2 * 3_600_000)
    expect(invoked.filter((line) => line.startsWith('prober-roll'))).toEqual([
      'prober-roll 12:00:00',
      'prober-roll 13:00:00',
      'prober-roll 14:00:00',
    ])
    await scheduler.stop()
  })

  test('fires no more once it is stopped', async () => {
    const { scheduler, invoked } = schedulerOf('timer')
    await scheduler.stop()
    const before = invoked.length
    await vi.advanceTimersByTimeAsync(60_000)
    expect(invoked).toHaveLength(before)
  })

  test('takes each manual tick for the next one, even when the clock stands still', async () => {
    const { scheduler, invoked } = schedulerOf('manual')
    expect(invoked).toEqual([])
    await scheduler.tick()
    await scheduler.tick()
    expect(invoked).toEqual(['prober-tick 12:00:00', 'prober-roll 12:00:00', 'prober-tick 12:00:10'])
  })
})

/** An asynchronous invocation of a function that ends as listed, and then fails. */
function invokeWith(outcomes: readonly Outcome[], signal = new AbortController().signal) {
  const events: unknown[] = []
  const waitedMs: number[] = []
  const givenUp: unknown[] = []
  const invokeAsync = asyncInvoke({
    invoke: async (_, event) => {
      events.push(event)
      return outcomes[events.length - 1] ?? failed('Error', 'again')
    },
    retryDelaysMs: [60_000, 120_000],
    onGivenUp: (_, event) => givenUp.push(event),
    wait: async (ms) => void waitedMs.push(ms),
    signal,
  })
  return { invokeAsync, events, waitedMs, givenUp }
}

describe('an asynchronous invocation', () => {
  test('is tried twice more with the same event, and then given up', async () => {
    const { invokeAsync, events, waitedMs, givenUp } = invokeWith([])
    await invokeAsync('f', { n: 1 })
    expect(events).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }])
    expect(waitedMs).toEqual([60_000, 120_000])
    expect(givenUp).toEqual([{ n: 1 }])
  })

  test('ends with the first success', async () => {
    const { invokeAsync, events, givenUp } = invokeWith([
      failed('Error', 'once'),
      { ok: true, payload: null },
    ])
    await invokeAsync('f', {})
    expect(events).toHaveLength(2)
    expect(givenUp).toEqual([])
  })

  test('is neither tried again nor given up once the runtime stops', async () => {
    const { invokeAsync, events, givenUp } = invokeWith([], AbortSignal.abort())
    await invokeAsync('f', {})
    expect(events).toHaveLength(1)
    expect(givenUp).toEqual([])
  })
})
