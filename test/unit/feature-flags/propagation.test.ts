import { describe, expect, it } from 'vitest'
import type * as LiveReaders from '../../../shared/kernel/live-set/live-reader.ts'
import { mutant } from '../../support/mutant.ts'
import { capturedOutput } from '../../support/output.ts'
import { playPropagation, type Weather } from '../../support/propagation.ts'

capturedOutput()

const DAY = { containers: 200, switches: 1_000, saves: 300, hours: 2, seed: 20_260_215 }
/** Enough to find a mistake. */
const HOUR = { containers: 60, switches: 400, saves: 100, hours: 1, seed: 20_260_216 }

type ReaderModule = typeof LiveReaders
const READER = 'shared/kernel/live-set/live-reader.ts'

describe('200 containers that sleep between invocations, and 1,000 switches', () => {
  it('leave nobody with what was not true any more a second before', async () => {
    const played = await playPropagation(DAY)
    expect(played).toMatchObject({ switched: 1_000, saved: 300, stale: 0, saidStale: 0 })
    expect(played.needlesslyUncertain).toBe(0)
    expect(played.evaluations).toBeGreaterThan(100_000)
    expect(played.longestSleepMs).toBeGreaterThan(3_600_000)
    expect(played.counted).toBe(played.evaluations)
  })

  it('hear of switches when no save can be made any more', async () => {
    const played = await playPropagation({ ...HOUR, isBuilderBroken: true })
    expect(played).toMatchObject({ switched: 400, stale: 0, saidStale: 0 })
    expect(played.saved).toBeLessThan(20)
  })
})

describe('a table that is away for a minute of every five', () => {
  const broken: readonly Weather[] = ['hangs', 'refuses', 'drops']
  const weather = (ms: number): Weather => {
    const minute = Math.floor(ms / 60_000)
    return minute % 5 === 4 ? (broken[Math.floor(minute / 5) % broken.length] ?? 'fine') : 'fine'
  }

  it('makes containers say STALE, and leaves nobody else with what was not true any more', async () => {
    const played = await playPropagation({ ...HOUR, weather })
    expect(played.stale).toBe(0)
    expect(played.saidStale).toBeGreaterThan(0)
    expect(played.needlesslyUncertain).toBe(0)
    expect(played.counted).toBe(played.evaluations)
  })
})

describe('the proof finds a reader that', () => {
  it.each([
    [
      'takes an answer for good for ever',
      'this.#isDue(this.#confirmed.at, TTL_MS) && this',
      'this.#confirmed.at === NEVER && this',
    ],
    [
      'counts the age of an answer from when it came',
      'this.#confirmed = question',
      'this.#confirmed = { ...question, at: momentOf(this.#options.effects) }',
    ],
    ['answers first and asks afterwards', 'await this.#join().done', 'void this.#join().done'],
    [
      'trusts a steady clock that stands still',
      'ageMs(since, this.#options.effects)',
      'this.#options.effects.monotonicMs() - since.steadyMs',
    ],
    ['waits for what was asked before it slept', ' && !this.#isDue(this.#refreshing.since, TTL_MS)', ''],
  ])('%s', async (_, right, wrong) => {
    const { LiveReader } = await mutant<ReaderModule>(READER, right, wrong)
    const played = await playPropagation({ ...HOUR, Reader: LiveReader })
    expect(played.stale).toBeGreaterThan(0)
  })
})
