import { describe, expect, it } from 'vitest'
import { configReader } from '../../../shared/config/config-reader.ts'
import { publicValues } from '../../../shared/config/config-set.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { secondWatchNetwork } from '../../../shared/platforms/second-watch-network.ts'
import { call, createKey, put } from '../../support/config-routes.ts'
import { manualEffects } from '../../support/effects.ts'
import { bodyOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const clock = manualEffects(0, 'manual')
const readerOf = () => configReader(started().table, clock, secondWatchNetwork.config)
const upload = (values: Readonly<Record<string, unknown>>) => values['max_upload_size_mb']

describe('what clients go by', () => {
  it('is the public entries, with an ETag that covers what is shown and nothing else', async () => {
    const first = await call('getPublicConfig')
    expect(bodyOf(first)).toEqual({
      config: { default_video_quality: '1080p', maintenance_mode: false, max_upload_size_mb: 500 },
    })
    const etag = String(first.headers?.['etag'])
    const ask = () => call('getPublicConfig', { headers: { 'if-none-match': etag } })
    expect(await ask()).toMatchObject({ statusCode: 304 })
    await put('enable_email_notifications', { value: false })
    expect(await ask()).toMatchObject({ statusCode: 304 })
  })

  it('is in every container a second after a change, and costs one small read until then', async () => {
    const reader = readerOf()
    expect(upload(publicValues((await reader.refresh()).value))).toBe(500)
    await put('max_upload_size_mb', { value: 700 })
    expect(upload(publicValues((await reader.refresh()).value))).toBe(500)
    clock.advance(1_001)
    expect(upload(publicValues((await reader.refresh()).value))).toBe(700)
  })

  it('holds created keys that are public, and no others', async () => {
    await createKey('shown', { public: true })
    await createKey('hidden')
    const { value } = await readerOf().refresh()
    expect(publicValues(value)).toMatchObject({ shown: 0 })
    expect(publicValues(value)).not.toHaveProperty('hidden')
    await call('deleteConfig', { params: { key: 'shown' } })
    expect(publicValues((await readerOf().refresh()).value)).not.toHaveProperty('shown')
  })

  it('stays the last known good while the table does not answer', async () => {
    const reader = readerOf()
    await reader.refresh()
    clock.advance(1_001)
    await started().faults.set({ down: true })
    try {
      const known = await reader.refresh()
      expect(known).toMatchObject({ isStale: true })
      expect(upload(publicValues(known.value))).toBe(700)
    } finally {
      await started().faults.clear()
    }
  })

  it('is what the platform defines for who has never reached the table', () => {
    const { known } = readerOf()
    expect(known).toMatchObject({ isStale: true, version: 0 })
    expect(upload(publicValues(known.value))).toBe(500)
  })
})
