import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import type { HttpResult } from '../../../shared/kernel/http/exchange.ts'
import { call, createKey, get, listed, put, userClaims } from '../../support/config-routes.ts'
import { bodyOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const create = (body: object) => call('createConfig', { body })
const definition = {
  key: 'trailer_seconds',
  description: 'How long a trailer may be',
  schema: { type: 'integer', minimum: 15, maximum: 300 },
  default: 120,
  unit: 'seconds',
}

describe('creating a key', () => {
  it('makes an entry whose values its JSON Schema holds to', async () => {
    const result = await call('createConfig', { body: definition, query: { reason: 'Trailers got long' } })
    expect(result).toMatchObject({ statusCode: 201, headers: { etag: '"1"' } })
    expect(bodyOf(result)).toMatchObject({ ...definition, value: 120, origin: 'created', version: 1 })
    expect(bodyOf(await get('trailer_seconds'))).toEqual(bodyOf(result))
    expect(bodyOf(await put('trailer_seconds', { value: 10 }))).toMatchObject({
      fields: [{ path: 'body.value', reason: 'must be at least 15' }],
    })
    expect(bodyOf(await put('trailer_seconds', { value: 90 }))).toMatchObject({ value: 90, version: 2 })
  })

  it('is refused where there is one already, defined or created', async () => {
    await createKey('taken')
    for (const key of ['taken', 'maintenance_mode']) {
      expect(bodyOf(await create({ ...definition, key }))).toMatchObject({ status: 409, code: 'key_taken' })
    }
  })

  it.each<[string, object, string]>([
    ['a default that does not fit', { default: 5 }, 'body.default'],
    ['no default', { default: undefined }, 'body.default'],
    ['a key in capitals', { key: 'Trailer' }, 'body.key'],
    ['no type', { schema: { minimum: 1 } }, 'body.schema.type'],
    [
      'a keyword that is not enforced',
      { schema: { type: 'integer', format: 'int32' } },
      'body.schema.format',
    ],
    ['a reference', { schema: { type: 'integer', $ref: '#' } }, 'body.schema.$ref'],
    [
      'a pattern that could take for ever',
      { schema: { type: 'string', pattern: '^(a+)+$', maxLength: 50 }, default: `${'a'.repeat(40)}!` },
      'body.schema.pattern',
    ],
    [
      'a pattern for texts of any length',
      { schema: { type: 'string', pattern: '^a+$' }, default: 'a' },
      'body.schema.maxLength',
    ],
    ['a schema that is too large', { schema: { type: 'boolean', title: 'x'.repeat(9_000) } }, 'body.schema'],
    ['another approval', { approval: 'third' }, 'body.approval'],
    ['an unknown field', { secret: true }, 'body.secret'],
  ])('is refused with %s', async (_what, wrong, path) => {
    const before = await started().itemCount()
    const result = await create({ ...definition, key: 'refused', ...wrong })
    expect(bodyOf(result)).toMatchObject({ status: 422, fields: [{ path }] })
    expect(bodyOf(await get('refused'))).toMatchObject({ code: 'unknown_config_key' })
    expect(await started().itemCount()).toBe(before)
  })

  it('takes lists and objects, and says where in a value something is wrong', async () => {
    const schema = {
      type: 'object',
      properties: { hosts: { type: 'array', items: { type: 'string', maxLength: 5 }, maxItems: 2 } },
      required: ['hosts'],
      additionalProperties: false,
    }
    await createKey('nested', { schema, default: { hosts: [] } })
    expect(bodyOf(await put('nested', { value: { hosts: ['one', 'too long'], more: 1 } }))).toMatchObject({
      fields: [
        { path: 'body.value.hosts.1', reason: 'must have at most 5 characters' },
        { path: 'body.value.more', reason: 'is not a known field' },
      ],
    })
    const value = { hosts: ['one', 'two'] }
    expect(bodyOf(await put('nested', { value }))).toMatchObject({ value })
    expect(bodyOf(await get('nested'))).toMatchObject({ value })
  })

  it('is for administrators', async () => {
    const claims = userClaims('grace', 'responder')
    expect(bodyOf(await call('createConfig', { body: definition, claims }))).toMatchObject({ status: 403 })
  })
})

const keysOf = async (query: Readonly<Record<string, string>>) =>
  listed(await call('listConfig', { query }), 'entries').map(({ key }) => key)
const putMany = (body: object, headers = {}) => call('putManyConfig', { body, headers })
const versionOf = async (key: string) => bodyOf(await get(key))['version']

/** Every page of the list, as long as there are more. */
async function pagesOf(limit: string): Promise<readonly HttpResult[]> {
  const pages: HttpResult[] = []
  let cursor: unknown
  do {
    const query = { limit, ...(typeof cursor === 'string' ? { cursor } : {}) }
    const page = await call('listConfig', { query })
    pages.push(page)
    cursor = bodyOf(page)['next_cursor']
  } while (cursor !== undefined)
  return pages
}

describe('the list', () => {
  it('shows what is public, what has changed, and what holds a word', async () => {
    await put('enable_email_notifications', { value: false })
    expect(await keysOf({ public: 'true' })).toEqual([
      'default_video_quality',
      'maintenance_mode',
      'max_upload_size_mb',
    ])
    expect(await keysOf({ changed: 'true', q: 'E-MAIL' })).toEqual(['enable_email_notifications'])
    expect(await keysOf({ public: 'false', changed: 'false', q: 'payout' })).toEqual(['min_payout_cents'])
    expect(await keysOf({ q: 'creators' })).toEqual(['creator_pool_percentage'])
  })

  it('is read page by page, and its cursor opens with the same filters only', async () => {
    const pages = await pagesOf('4')
    expect(pages.length).toBeGreaterThan(1)
    expect(pages.flatMap((page) => listed(page, 'entries').map(({ key }) => key))).toEqual(
      await keysOf({ limit: '100' }),
    )
    const cursor = String(pages.map(bodyOf)[0]?.['next_cursor'])
    const other = await call('listConfig', { query: { cursor, public: 'true' } })
    expect(bodyOf(other)).toMatchObject({ status: 400, code: 'invalid_cursor' })
  })
})

describe('a dry run', () => {
  it('says of each value whether it would be accepted, and changes nothing', async () => {
    const before = await started().itemCount()
    const values = { max_upload_size_mb: 0, maintenance_mode: true, min_payout_cents: 1, nope: [1] }
    const result = await call('validateConfig', { body: { values }, claims: userClaims('vic', 'viewer') })
    expect(bodyOf(result)).toEqual({
      valid: false,
      results: [
        {
          key: 'max_upload_size_mb',
          valid: false,
          reason: 'must be at least 1',
          current: 500,
          proposed: 0,
        },
        { key: 'maintenance_mode', valid: true, current: false, proposed: true },
        {
          key: 'min_payout_cents',
          valid: false,
          reason: 'reason is missing: a change of min_payout_cents must say why',
          current: 2_500,
          proposed: 1,
        },
        { key: 'nope', valid: false, reason: 'is not a known key', proposed: [1] },
      ],
    })
    expect(await started().itemCount()).toBe(before)
  })

  it('with a reason accepts what a reason is demanded for', async () => {
    const body = { values: { min_payout_cents: 1 }, reason: 'A test' }
    expect(bodyOf(await call('validateConfig', { body }))).toMatchObject({ valid: true })
  })
})

describe('setting several values', () => {
  it('sets all of them, each with a version and an event of its own', async () => {
    for (const key of ['left', 'right']) await createKey(key)
    const result = await putMany({ values: { left: 1, right: 2 }, versions: { left: 1 }, reason: 'Together' })
    expect(listed(result, 'entries')).toMatchObject([
      { key: 'left', value: 1, version: 2 },
      { key: 'right', value: 2, version: 2 },
    ])
    const history = await call('listConfigHistory', { params: { key: 'right' } })
    expect(listed(history, 'versions')[0]).toMatchObject({ value: 2, previous: 0, reason: 'Together' })
  })

  it('sets none of them when one is wrong, and names every wrong one', async () => {
    for (const key of ['good', 'other']) await createKey(key)
    const result = await putMany({
      values: { good: 1, other: 'x', nope: 1, creator_pool_percentage: 2 },
      versions: { left: 1 },
    })
    expect(bodyOf(result)).toMatchObject({
      status: 422,
      fields: [
        { path: 'body.values.other', reason: 'must be a number' },
        { path: 'body.values.nope', reason: 'is not a known key' },
        { path: 'body.values.creator_pool_percentage', reason: 'must be at most 1' },
        { path: 'body.reason' },
        { path: 'body.versions.left' },
      ],
    })
    expect(await versionOf('good')).toBe(1)
  })

  it('sets none of them when one has moved on', async () => {
    for (const key of ['still', 'moved']) await createKey(key)
    await put('moved', { value: 5 })
    const result = await putMany({ values: { still: 1, moved: 1 }, versions: { still: 1, moved: 1 } })
    expect(bodyOf(result)).toMatchObject({ status: 412, detail: 'moved has version 2.' })
    expect(await versionOf('still')).toBe(1)
  })

  it('takes no If-Match, which would say nothing', async () => {
    const result = await putMany({ values: { maintenance_mode: true } }, { 'if-match': '"1"' })
    expect(bodyOf(result)).toMatchObject({ status: 422, fields: [{ path: 'headers.if-match' }] })
  })

  it('takes 20 at once, and no more', async () => {
    const keys = Array.from({ length: 21 }, (_, n) => `many_${n}`)
    for (const key of keys) await createKey(key)
    const values = Object.fromEntries(keys.map((key) => [key, 1]))
    expect(bodyOf(await putMany({ values }))).toMatchObject({
      status: 422,
      fields: [{ path: 'body.values' }],
    })
    const { many_20: _last, ...twenty } = values
    expect(listed(await putMany({ values: twenty }), 'entries')).toHaveLength(20)
  })
})
