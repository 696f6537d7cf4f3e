import { afterEach, describe, expect, it } from 'vitest'
import { configReader } from '../../../shared/config/config-reader.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { secondWatchNetwork } from '../../../shared/platforms/second-watch-network.ts'
import { call, put } from '../../support/config-routes.ts'
import { manualEffects } from '../../support/effects.ts'
import { bodyOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

afterEach(() => started().faults.clear())

const status = async () => bodyOf(await call('getMaintenanceStatus'))
const throwSwitch = (value: boolean) => put('maintenance_mode', { value })

describe('the maintenance status', () => {
  it('is what the platform defines on a fresh table', async () => {
    expect(await status()).toEqual({ in_maintenance: false, window: null })
  })

  it('says so from the very next request on, again and again', async () => {
    for (const value of [true, false, true, false, true]) {
      await throwSwitch(value)
      expect(await status()).toEqual({ in_maintenance: value, window: null })
    }
  })

  it('is at once known in a container that has just asked, within the second that it may rely on that', async () => {
    const clock = manualEffects()
    const reader = configReader(started().table, clock, secondWatchNetwork.config)
    await throwSwitch(false)
    expect((await reader.confirm()).value.get('maintenance_mode')?.value).toBe(false)
    await throwSwitch(true)
    expect((await reader.confirm()).value.get('maintenance_mode')?.value).toBe(true)
  })

  it('is the last known one while the store does not answer', async () => {
    await throwSwitch(true)
    expect(await status()).toEqual({ in_maintenance: true, window: null })
    await started().faults.set({ down: true })
    expect(await status()).toEqual({ in_maintenance: true, window: null })
    expect(await status()).toEqual({ in_maintenance: true, window: null })
  })
})
