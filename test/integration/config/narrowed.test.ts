import { beforeAll, describe, expect, it } from 'vitest'
import { decide, liveEntry } from '../../../shared/config/change-entry.ts'
import { configStore } from '../../../shared/config/entry-store.ts'
import { Entry } from '../../../shared/config/entry.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { call, chainOf, get, listed, put, valueAt } from '../../support/config-routes.ts'
import { bodyOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const KEYS = ['max_upload_size_mb', 'default_video_quality'] as const

/** Sets a text where the platform defines something narrower: an earlier deployment let in any. */
async function setBefore(key: string): Promise<void> {
  const earlier = Entry.parse({
    key,
    description: 'As it was',
    schema: { type: 'string' },
    default: 'x',
    public: true,
  })
  const store = configStore(started().table, systemEffects, [earlier])
  const state = await store.read()
  const live = liveEntry(state.entries.get(key))
  if (live === undefined) throw new Error('The earlier deployment has this key.')
  const decision = decide(live, { action: 'config.set', value: 'much' }, { name: 'ada', at: 0 })
  const actor = { kind: 'user', id: 'user-1', name: 'ada' } as const
  await store.commit(store.writesOf(state, [decision], { actor, now: 0 }))
}

beforeAll(async () => {
  for (const key of KEYS) await setBefore(key)
})

describe('a value that its definition does not let in any more', () => {
  it('holds nowhere: the default does, for operators, in dry runs and for clients alike', async () => {
    expect(bodyOf(await get('max_upload_size_mb'))).toMatchObject({
      value: 500,
      is_default: true,
      version: 1,
      ignored_value: { value: 'much', reason: 'must be a number' },
    })
    const changed = listed(await call('listConfig', { query: { changed: 'false' } }), 'entries')
    expect(changed.filter(({ ignored_value: ignored }) => ignored !== undefined)).toHaveLength(2)
    const body = { values: { max_upload_size_mb: 600 } }
    expect(bodyOf(await call('validateConfig', { body }))).toMatchObject({ results: [{ current: 500 }] })
    expect(bodyOf(await call('getPublicConfig'))).toMatchObject({
      config: { max_upload_size_mb: 500, default_video_quality: '1080p' },
    })
  })

  it('does not come back by a rollback', async () => {
    const params = { key: 'max_upload_size_mb' }
    await put('max_upload_size_mb', { value: 600 })
    expect(bodyOf(await call('rollbackConfig', { params, body: { version: 1 } }))).toMatchObject({
      status: 422,
      code: 'invalid_input',
      fields: [{ path: 'body.version', reason: 'must be a number' }],
    })
    expect(await valueAt('max_upload_size_mb')).toBe(600)
  })

  it('is gone once the default is asked for by name', async () => {
    const params = { key: 'default_video_quality' }
    const reset = bodyOf(await call('deleteConfig', { params }))
    expect(reset).toMatchObject({ value: '1080p', is_default: true, version: 2 })
    expect(reset).not.toHaveProperty('ignored_value')
    expect((await chainOf(started().table, params.key)).at(-1)).toMatchObject({
      action: 'config.reset',
      before: { value: '1080p', ignored_value: { value: 'much' } },
    })
  })
})
