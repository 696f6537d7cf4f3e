import { afterEach, describe, expect, it } from 'vitest'
import type { FlagClient } from '../../../shared/feature-flags/client.ts'
import { flagClient } from '../../../shared/feature-flags/open-flags.ts'
import { systemEffects, type Effects } from '../../../shared/kernel/effects.ts'
import { REST_MS, TTL_MS } from '../../../shared/kernel/live-set/live-reader.ts'
import { secondWatchNetwork } from '../../../shared/platforms/second-watch-network.ts'
import { manualEffects, type ManualEffects } from '../../support/effects.ts'
import { callFlag } from '../../support/flag-routes.ts'
import { OUTAGES } from '../../support/outage.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

afterEach(() => started().faults.clear())

const { flags } = secondWatchNetwork
const KILLSWITCHES = flags.filter(({ category }) => category === 'killswitch').map(({ key }) => key)

/** A clock that a test moves, over real waits: a busy machine takes its time. */
function container(clock: Effects, patienceMs = 20_000): FlagClient {
  const effects = { ...systemEffects, now: clock.now, monotonicMs: clock.monotonicMs }
  return flagClient({ table: started().reopened(), effects, flags, patienceMs })
}

const isOn = (client: FlagClient, key: string): boolean => client.boolean(key, { targetingKey: 'ada' }, false)

/** Waits until a container with little patience has got an answer from a busy machine. */
async function evaluated(client: FlagClient, clock: ManualEffects, expected: object): Promise<void> {
  const evaluate = async () => {
    clock.advance(REST_MS)
    await client.refresh()
    return client.evaluate('killswitch_uploads', {})
  }
  await expect.poll(evaluate, { timeout: 20_000 }).toMatchObject(expected)
}

describe('ten containers on the real table', () => {
  it('know of each of 50 switches, with saves between them, within the TTL and one read', async () => {
    const clock = manualEffects()
    const clients = Array.from({ length: 10 }, () => container(clock))
    const engaged = new Map(KILLSWITCHES.map((key) => [key, false]))
    for (let n = 0; n < 50; n += 1) {
      const key = KILLSWITCHES[n % KILLSWITCHES.length] ?? ''
      const isEngaged = engaged.get(key) !== true
      const answer = await callFlag(isEngaged ? 'enableFlag' : 'disableFlag', key)
      expect(answer.statusCode).toBe(200)
      engaged.set(key, isEngaged)
      if (n % 7 === 0) {
        await callFlag('setPercentage', 'enable_live_streaming', { query: { percentage: String(n) } })
      }
      clock.advance(TTL_MS)
      // Some are idle this time.
      for (const client of clients.filter((_, index) => (index + n) % 3 > 0)) {
        await client.refresh()
        expect(KILLSWITCHES.map((each) => isOn(client, each))).toEqual([...engaged.values()])
      }
    }
  })
})

describe('a table that', () => {
  it.each([...OUTAGES, { outage: 'throttles', fault: { throttle: true } }])(
    '$outage leaves a container what it knew, as STALE, and is known again after it',
    async ({ fault }) => {
      const { faults } = started()
      const clock = manualEffects()
      const client = container(clock)
      await callFlag('enableFlag', 'killswitch_uploads')
      await client.refresh()
      expect(client.evaluate('killswitch_uploads', {})).toMatchObject({ value: true, reason: 'STATIC' })

      const impatient = container(clock, 200)
      await evaluated(impatient, clock, { value: true, reason: 'STATIC' })
      await faults.set(fault)
      clock.advance(TTL_MS)
      await impatient.refresh()
      expect(impatient.evaluate('killswitch_uploads', {})).toMatchObject({ value: true, reason: 'STALE' })
      // It is left alone for a second.
      const before = faults.counters.requests
      for (let n = 0; n < 20; n += 1) await impatient.refresh()
      expect(impatient.boolean('killswitch_uploads', null, false)).toBe(true)

      await faults.clear()
      expect(faults.counters.requests - before).toBeLessThan(20)
      await callFlag('disableFlag', 'killswitch_uploads')
      clock.advance(REST_MS)
      await client.refresh()
      expect(client.evaluate('killswitch_uploads', {})).toMatchObject({ value: false, reason: 'DISABLED' })
      await evaluated(impatient, clock, { value: false, reason: 'DISABLED' })
    },
  )

  it('never answered anybody leaves a container the definitions', async () => {
    await started().faults.set({ down: true })
    const client = container(manualEffects(), 200)
    await client.refresh()
    expect(client.evaluate('killswitch_uploads', {})).toMatchObject({ value: false, reason: 'STALE' })
  })
})

it('a connection that died while a container slept costs it no answer', async () => {
  const clock = manualEffects()
  const client = container(clock)
  await client.refresh()
  await callFlag('enableFlag', 'killswitch_payments')
  await started().faults.set({ dropBefore: true, only: 'GetItem', times: 1 })
  clock.advance(3_600_000)
  await client.refresh()
  expect(client.evaluate('killswitch_payments', {})).toMatchObject({ value: true, reason: 'STATIC' })
})
