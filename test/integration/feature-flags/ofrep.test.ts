import { beforeAll, describe, expect, it } from 'vitest'
import { NO_DATABASE, testStack } from '../../support/test-stack.ts'

const stack = testStack(() => ({ databaseUrl: NO_DATABASE }))

let publicKey = ''
beforeAll(async () => {
  const { body } = await stack().api.call('GET', '/api/v1/ops/feature-flags/public-key', { as: 'viewer' })
  publicKey = String({ public_key: '', ...Object(body) }.public_key)
  const half = { key: 'half', status: 'percentage', percentage: 50, public: true }
  await stack().api.call('POST', '/api/v1/ops/feature-flags', { as: 'admin', body: half })
  await stack().api.call('POST', '/api/v1/ops/feature-flags', {
    as: 'admin',
    body: { key: 'secret', status: 'enabled' },
  })
}, 60_000)

const FLAGS = '/ofrep/v1/evaluate/flags'
const service = (path: string, body: unknown, headers = {}) =>
  stack().api.call('POST', `${FLAGS}${path}`, { as: 'machine', body, headers })
const browser = (path: string, body: unknown, headers = {}) =>
  stack().api.call('POST', `/public${FLAGS}${path}`, {
    body,
    headers: { 'x-api-key': publicKey, ...headers },
  })
const context = { targetingKey: 'ada' }

describe('the OpenFeature Remote Evaluation Protocol', () => {
  it('answers a flag with exactly the members of the protocol', async () => {
    const { status, body } = await service('/enable_new_player', { context })
    expect(status).toBe(200)
    expect(body).toEqual({
      key: 'enable_new_player',
      value: false,
      variant: 'off',
      reason: 'DISABLED',
      metadata: {},
    })
  })

  it('answers what is wrong with a request as 400, with the key and an error code', async () => {
    const wrong = [
      [{}, 'TARGETING_KEY_MISSING'],
      [{ context: {} }, 'TARGETING_KEY_MISSING'],
      [{ context: 'ada' }, 'INVALID_CONTEXT'],
      [{ context: { targetingKey: 7 } }, 'INVALID_CONTEXT'],
      [[], 'INVALID_CONTEXT'],
    ] as const
    for (const [sent, errorCode] of wrong) {
      const answer = await service('/half', sent)
      expect(answer).toMatchObject({
        status: 400,
        body: { key: 'half', errorCode, errorDetails: expect.any(String) },
      })
    }
  })

  it('answers what is no JSON as a parse error', async () => {
    const headers = {
      authorization: `Bearer ${await stack().token('machine')}`,
      'content-type': 'application/json',
    }
    const response = await fetch(`${stack().url}${FLAGS}/half`, { method: 'POST', headers, body: '{' })
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { key: 'half', errorCode: 'PARSE_ERROR' },
    ])
  })

  it('answers an unknown flag as 404, and a flag that is not public as unknown to browsers', async () => {
    const unknown = { status: 404, body: { errorCode: 'FLAG_NOT_FOUND' } }
    expect(await service('/nobody', { context })).toMatchObject({ ...unknown, body: { key: 'nobody' } })
    expect(await service('/secret', { context })).toMatchObject({ status: 200 })
    expect(await browser('/secret', { context })).toMatchObject({ ...unknown, body: { key: 'secret' } })
    const { text } = await browser('', { context })
    expect(text).toContain('half')
    expect(text).not.toContain('secret')
  })

  it('needs a token with a scope, or the public key', async () => {
    const call = (headers = {}, path = FLAGS) =>
      stack().api.call('POST', path, { body: { context }, headers })
    expect(await call()).toMatchObject({ status: 401 })
    expect(await call({ authorization: 'Bearer x' })).toMatchObject({ status: 401 })
    const filmmaker = await stack().api.call('POST', FLAGS, { as: 'filmmaker', body: { context } })
    expect(filmmaker).toMatchObject({ status: 403 })
    expect(await call({}, `/public${FLAGS}`)).toMatchObject({ status: 401, body: { errorCode: 'GENERAL' } })
    expect(await call({ 'x-api-key': 'pk_x' }, `/public${FLAGS}`)).toMatchObject({ status: 401 })
  })

  it('answers all flags with an ETag, 304 without a body for it, and 200 for another context', async () => {
    const first = await browser('', { context })
    expect(first.status).toBe(200)
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^".+"$/)
    const same = await browser('', { context }, { 'if-none-match': etag })
    expect(same).toMatchObject({ status: 304, text: '' })
    const weak = await browser('', { context }, { 'if-none-match': `W/${etag}, "other"` })
    expect(weak.status).toBe(304)
    const anonymous = await browser('', { context: {} }, { 'if-none-match': etag })
    expect(anonymous.status).toBe(200)
    expect(anonymous.body).toMatchObject({
      flags: expect.arrayContaining([
        { key: 'half', errorCode: 'TARGETING_KEY_MISSING', errorDetails: expect.any(String) },
      ]),
      metadata: { version: expect.any(Number) },
    })
  })

  it('lets browsers of other origins send and read what the protocol has', async () => {
    const asked = ['content-type', 'authorization', 'x-api-key', 'if-none-match']
    const origin = 'http://localhost:5173'
    const preflight = await fetch(`${stack().url}/public${FLAGS}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': asked.join(','),
      },
    })
    expect(preflight.ok).toBe(true)
    const allowed = preflight.headers.get('access-control-allow-headers')?.toLowerCase().split(/,\s*/)
    expect(allowed).toEqual(expect.arrayContaining(asked))
    const { headers } = await browser('', { context }, { origin })
    const exposed = headers.get('access-control-expose-headers')?.toLowerCase().split(/,\s*/)
    expect(exposed).toEqual(expect.arrayContaining(['etag', 'retry-after']))
  })

  it('tells a browser that asks too often when to come back', async () => {
    const statuses = new Set<number>()
    const waits: number[] = []
    for (let sent = 0; sent < 700 && !statuses.has(429); sent += 20) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => browser('/half', { context })))
      for (const { status, headers } of answers) {
        statuses.add(status)
        if (status === 429) waits.push(Number(headers.get('retry-after')))
      }
    }
    expect(statuses).toEqual(new Set([200, 429]))
    expect(Math.min(...waits)).toBeGreaterThan(0)
  }, 60_000)
})
