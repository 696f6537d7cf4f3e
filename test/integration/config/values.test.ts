import { describe, expect, it } from 'vitest'
import { verifyAudit } from '../../../shared/audit/verify.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import {
  call,
  chainOf,
  createKey,
  get,
  listed,
  put,
  userClaims,
  valueAt,
} from '../../support/config-routes.ts'
import { bodyOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const remove = (key: string, query = {}, headers = {}) =>
  call('deleteConfig', { params: { key }, query, headers })
const rollback = (key: string, body: object) => call('rollbackConfig', { params: { key }, body })
const historyOf = async (key: string) =>
  listed(await call('listConfigHistory', { params: { key } }), 'versions')

describe('the configuration of a fresh table', () => {
  it('is what the platform defines: nothing needs seeding', async () => {
    const entries = listed(await call('listConfig', { query: { changed: 'false' } }), 'entries')
    expect(entries.map(({ key, value }) => [key, value])).toEqual([
      ['creator_pool_percentage', 0.1],
      ['default_video_quality', '1080p'],
      ['enable_email_notifications', true],
      ['maintenance_mode', false],
      ['max_upload_size_mb', 500],
      ['min_payout_cents', 2_500],
    ])
    expect(await started().itemCount()).toBeLessThan(3)
  })
})

describe('setting a value', () => {
  it('holds at once, with a version, an ETag and an audit event that says from what to what, by whom and why', async () => {
    const before = bodyOf(await get('max_upload_size_mb'))
    const result = await put('max_upload_size_mb', { value: 1_000, reason: 'Larger files' })
    expect(result).toMatchObject({ statusCode: 200, headers: { etag: '"1"' } })
    expect(bodyOf(result)).toEqual({
      key: 'max_upload_size_mb',
      value: 1_000,
      default: 500,
      is_default: false,
      type: 'integer',
      schema: { type: 'integer', minimum: 1, maximum: 10_240 },
      description: 'Largest file that may be uploaded',
      unit: 'MB',
      public: true,
      reason: 'optional',
      approval: 'none',
      origin: 'defined',
      version: 1,
      updated_at: expect.any(String),
      updated_by: 'ada',
    })
    expect((await get('max_upload_size_mb')).body).toBe(result.body)
    expect(await chainOf(started().table, 'max_upload_size_mb')).toMatchObject([
      { action: 'config.set', reason: 'Larger files', actor: { name: 'ada' }, before, after: bodyOf(result) },
    ])
  })

  it('takes the emergency call of the runbook: no reason, and a body that is labelled as a form', async () => {
    const result = await call('putConfig', {
      params: { key: 'maintenance_mode' },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: '{"value": true}',
      claims: userClaims('grace', 'responder'),
    })
    expect(bodyOf(result)).toMatchObject({ value: true, version: 1, updated_by: 'grace' })
  })

  it.each<[string, object, object]>([
    ['max_upload_size_mb', { value: '9' }, { path: 'body.value', reason: 'must be a number' }],
    ['max_upload_size_mb', { value: 1.5 }, { path: 'body.value', reason: 'must be a whole number' }],
    ['max_upload_size_mb', { value: 0 }, { path: 'body.value', reason: 'must be at least 1' }],
    ['max_upload_size_mb', { value: 10_241 }, { path: 'body.value', reason: 'must be at most 10240' }],
    ['max_upload_size_mb', { value: null }, { path: 'body.value', reason: 'must be a number' }],
    ['maintenance_mode', { value: 'true' }, { path: 'body.value', reason: 'must be a boolean' }],
    ['maintenance_mode', {}, { path: 'body.value', reason: 'is missing' }],
    [
      'default_video_quality',
      { value: '4k' },
      { path: 'body.value', reason: 'must be "480p" or "720p" or "1080p" or "1440p" or "2160p"' },
    ],
    [
      'creator_pool_percentage',
      { value: 0.2 },
      { path: 'body.reason', reason: 'is missing: a change of creator_pool_percentage must say why' },
    ],
    [
      'creator_pool_percentage',
      { value: 1.01, reason: 'More' },
      { path: 'body.value', reason: 'must be at most 1' },
    ],
    [
      'maintenance_mode',
      { value: 'x'.repeat(9_000) },
      { path: 'body.value', reason: 'must take at most 8192 bytes as JSON' },
    ],
  ])('of %s is refused for %j, and says which rule it breaks', async (key, body, field) => {
    const before = await started().itemCount()
    const version = bodyOf(await get(key))['version']
    expect(bodyOf(await put(key, body))).toMatchObject({
      status: 422,
      code: 'invalid_input',
      fields: [field],
    })
    expect(bodyOf(await get(key))['version']).toBe(version)
    expect(await started().itemCount()).toBe(before)
  })

  it.each(['constructor', '__proto__', 'prototype'])(
    'with a field named %s is refused, as a default too',
    async (name) => {
      const key = `field_${name.replaceAll('_', '')}`
      const shape = { type: 'object', additionalProperties: true }
      const fault = { reason: `must not hold a field named "${name}"` }
      const bad = `{"a":{"${name}":1}}`
      const body = JSON.stringify({ key, description: 'x', schema: shape })
      const created = await call('createConfig', { body: `${body.slice(0, -1)},"default":${bad}}` })
      expect(bodyOf(created)).toMatchObject({ status: 422, fields: [{ path: 'body.default', ...fault }] })
      await createKey(key, { schema: shape, default: {} })
      const set = await call('putConfig', { params: { key }, body: `{"value":${bad}}` })
      expect(bodyOf(set)).toMatchObject({ status: 422, fields: [{ path: 'body.value', ...fault }] })
    },
  )

  it('of a key that there is not is refused', async () => {
    expect(bodyOf(await put('nope', { value: 1 }))).toMatchObject({ status: 404, code: 'unknown_config_key' })
    expect(bodyOf(await put('constructor', { value: 1 }))).toMatchObject({ code: 'unknown_config_key' })
  })

  it('from a version that is no longer the current one is refused, and changes nothing', async () => {
    await createKey('conditional')
    expect((await put('conditional', { value: 1 }, { 'if-match': '"1"' })).statusCode).toBe(200)
    expect(await put('conditional', { value: 2 }, { 'if-match': '"1"' })).toMatchObject({
      statusCode: 412,
      headers: { etag: '"2"' },
    })
    expect(await valueAt('conditional')).toBe(1)
  })

  it('happens once for one Idempotency-Key', async () => {
    await createKey('keyed')
    const headers = { 'idempotency-key': 'config-1' }
    const first = await put('keyed', { value: 1 }, headers)
    const second = await put('keyed', { value: 1 }, headers)
    expect(second.body).toBe(first.body)
    expect(second.headers).toMatchObject({ 'idempotency-replayed': 'true' })
    expect(await chainOf(started().table, 'keyed')).toHaveLength(2)
  })

  it('is for whoever is on call, and nobody below', async () => {
    const claims = userClaims('vic', 'viewer')
    const result = await call('putConfig', {
      params: { key: 'maintenance_mode' },
      body: { value: true },
      claims,
    })
    expect(bodyOf(result)).toMatchObject({ status: 403, code: 'forbidden' })
  })
})

describe('going back to the default', () => {
  it('keeps the version going, and does nothing where the default holds', async () => {
    await put('enable_email_notifications', { value: false })
    const result = await remove('enable_email_notifications', { reason: 'Mail works again' })
    expect(bodyOf(result)).toMatchObject({ value: true, is_default: true, version: 2 })
    expect((await remove('enable_email_notifications')).body).toBe(result.body)
    expect(await historyOf('enable_email_notifications')).toMatchObject([
      { version: 2, action: 'config.reset', value: true, previous: false, reason: 'Mail works again' },
      { version: 1, action: 'config.set', value: false, previous: true, is_default: false },
    ])
  })

  it('asks for a reason where the entry demands one', async () => {
    await put('min_payout_cents', { value: 1, reason: 'A test' })
    expect(bodyOf(await remove('min_payout_cents'))).toMatchObject({ fields: [{ path: 'query.reason' }] })
    expect(bodyOf(await remove('min_payout_cents', { reason: 'It ended' }))).toMatchObject({ value: 2_500 })
  })

  it('removes a key that was created here; its history stays, and goes on should it come back', async () => {
    await createKey('passing')
    await put('passing', { value: 5 })
    expect(bodyOf(await remove('passing'))).toMatchObject({ key: 'passing', value: 5 })
    expect(bodyOf(await get('passing'))).toMatchObject({ code: 'unknown_config_key' })
    expect(bodyOf(await put('passing', { value: 6 }))).toMatchObject({ code: 'unknown_config_key' })
    const { body } = await call('listConfig')
    expect(body).not.toContain('passing')
    expect(bodyOf(await createKey('passing'))).toMatchObject({ version: 4, value: 0 })
    const history = await historyOf('passing')
    expect(history.map(({ action }) => action)).toEqual([
      'config.created',
      'config.deleted',
      'config.set',
      'config.created',
    ])
    expect(history[1]).not.toHaveProperty('value')
    const events = await chainOf(started().table, 'passing')
    expect(verifyAudit(events, [])).toEqual([])
  })
})

describe('going back to a version', () => {
  it('sets what it had, as a new version', async () => {
    await createKey('rolled')
    for (const value of [1, 2, 3]) await put('rolled', { value })
    expect(bodyOf(await rollback('rolled', { version: 2, reason: 'One was right' }))).toMatchObject({
      value: 1,
      version: 5,
    })
    expect((await historyOf('rolled'))[0]).toMatchObject({
      action: 'config.rolled-back',
      value: 1,
      previous: 3,
      reason: 'One was right',
    })
  })

  it('that had the default lets the default hold again', async () => {
    await createKey('defaulted')
    await put('defaulted', { value: 1 })
    expect(bodyOf(await rollback('defaulted', { version: 1 }))).toMatchObject({ value: 0, is_default: true })
  })

  it('that there is not is refused', async () => {
    await createKey('young')
    expect(bodyOf(await rollback('young', { version: 9 }))).toMatchObject({
      status: 404,
      code: 'unknown_version',
    })
  })

  it('at which there was no entry is refused', async () => {
    await createKey('reborn')
    await remove('reborn')
    await createKey('reborn')
    expect(bodyOf(await rollback('reborn', { version: 2 }))).toMatchObject({ code: 'unknown_version' })
  })
})

describe('the history', () => {
  it('is read page by page, newest first', async () => {
    await createKey('paged')
    for (const value of [1, 2, 3, 4]) await put('paged', { value })
    const params = { key: 'paged' }
    const versions: unknown[] = []
    let cursor: unknown
    do {
      const query = { limit: '2', ...(typeof cursor === 'string' ? { cursor } : {}) }
      const page = await call('listConfigHistory', { params, query })
      versions.push(...listed(page, 'versions').map(({ version }) => version))
      cursor = bodyOf(page)['next_cursor']
    } while (cursor !== undefined)
    expect(versions).toEqual([5, 4, 3, 2, 1])
  })

  it('of a key that never was is not there', async () => {
    const result = await call('listConfigHistory', { params: { key: 'never' } })
    expect(bodyOf(result)).toMatchObject({ code: 'unknown_config_key' })
  })
})
