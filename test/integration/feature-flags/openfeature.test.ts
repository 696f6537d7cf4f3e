import { OFREPProvider } from '@openfeature/ofrep-provider'
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider'
import { OpenFeature, type Client } from '@openfeature/server-sdk'
import { OpenFeature as WebOpenFeature, ProviderEvents, type Provider } from '@openfeature/web-sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NO_DATABASE, seen, testStack } from '../../support/test-stack.ts'

const stack = testStack(() => ({ databaseUrl: NO_DATABASE }))

/** It is one, save that its types know nothing of `exactOptionalPropertyTypes`. */
const asProvider = (provider: OFREPWebProvider) => provider as Provider

/** What the providers have sent and got, in order. */
interface Exchange {
  readonly status: number
  readonly ifNoneMatch: string | null
  readonly etag: string | null
}
const exchanges: Exchange[] = []

const watchedFetch: typeof fetch = async (input, init) => {
  const request = new Request(input, init)
  const response = await fetch(request)
  exchanges.push({
    status: response.status,
    ifNoneMatch: request.headers.get('if-none-match'),
    etag: response.headers.get('etag'),
  })
  return response
}

const ops = (method: string, path: string, body?: object) =>
  stack().api.call(method, `/api/v1/ops/feature-flags${path}`, { as: 'admin', ...(body && { body }) })

async function create(key: string, fields: object): Promise<void> {
  const { status, text } = await ops('POST', '', { key, ...fields })
  if (status !== 201) throw new Error(`${key} was not created: ${text}`)
}

let publicKey = ''
let token = ''

const forStaff = (on: string) => [
  { when: [{ attribute: 'roles', operator: 'in', values: ['staff'] }], variant: on },
]

beforeAll(async () => {
  token = await stack().token('machine')
  const { body } = await ops('GET', '/public-key')
  publicKey = String({ public_key: '', ...Object(body) }.public_key)
  await create('typed.boolean', { status: 'enabled', public: true })
  const text = { type: 'string', variants: { a: 'A', b: 'B' }, on: 'a', off: 'b', public: true }
  await create('typed-string', { ...text, status: 'targeted', rules: forStaff('a') })
  await create('typed_number', {
    type: 'number',
    variants: { few: 3, many: 7.5 },
    on: 'many',
    off: 'few',
    status: 'enabled',
  })
  const object = { type: 'json', variants: { on: { colors: ['red'], deep: { x: 1 } }, off: {} } }
  await create('typed.object', { ...object, status: 'enabled', public: true })
  await create('half', { status: 'percentage', percentage: 50, public: true })
  await create('killswitch_player', { category: 'killswitch', public: true })
}, 60_000)

afterAll(async () => {
  await OpenFeature.close()
  await WebOpenFeature.close()
})

async function serverClient(domain: string, bearer: string): Promise<Client> {
  const headers: [string, string][] = [['Authorization', `Bearer ${bearer}`]]
  const provider = new OFREPProvider({ baseUrl: stack().url, headers, fetchImplementation: watchedFetch })
  await OpenFeature.setProviderAndWait(domain, provider)
  return OpenFeature.getClient(domain)
}

const ada = { targetingKey: 'ada' }

const codeOf = async (details: Promise<{ readonly value: unknown; readonly errorCode?: string }>) => {
  const { value, errorCode } = await details
  return [value, errorCode]
}

const unchanged = () => exchanges.find(({ status, ifNoneMatch }) => status === 304 && ifNoneMatch !== null)

describe('the stock server provider', () => {
  it('gets values of every type, with variant and reason', async () => {
    const client = await serverClient('types', token)
    const boolean = await client.getBooleanDetails('typed.boolean', false, ada)
    expect(boolean).toMatchObject({ value: true, variant: 'on', reason: 'STATIC' })
    const text = await client.getStringDetails('typed-string', 'x', { ...ada, roles: ['staff'] })
    expect(text).toMatchObject({ value: 'A', variant: 'a', reason: 'TARGETING_MATCH' })
    expect(await client.getStringDetails('typed-string', 'x', ada)).toMatchObject({
      value: 'B',
      reason: 'DEFAULT',
    })
    expect(await client.getNumberDetails('typed_number', 0, ada)).toMatchObject({
      value: 7.5,
      variant: 'many',
    })
    const object = await client.getObjectDetails('typed.object', {}, ada)
    expect(object.value).toEqual({ colors: ['red'], deep: { x: 1 } })
    expect(await client.getBooleanDetails('half', false, ada)).toMatchObject({ reason: 'SPLIT' })
  })

  it('answers errors with the fallback and the code of the specification', async () => {
    const client = await serverClient('errors', token)
    expect(await codeOf(client.getBooleanDetails('nobody', true, ada))).toEqual([true, 'FLAG_NOT_FOUND'])
    expect(await codeOf(client.getStringDetails('typed.boolean', 'x', ada))).toEqual(['x', 'TYPE_MISMATCH'])
    expect(await codeOf(client.getBooleanDetails('half', false, {}))).toEqual([
      false,
      'TARGETING_KEY_MISSING',
    ])
    const stranger = await serverClient('stranger', `${token}x`)
    expect(await codeOf(stranger.getBooleanDetails('typed.boolean', false, ada))).toEqual([false, 'GENERAL'])
    expect(exchanges.at(-1)?.status).toBe(401)
  })

  it('sees a kill', async () => {
    const client = await serverClient('kill', token)
    expect(await client.getBooleanValue('killswitch_player', true, ada)).toBe(false)
    await ops('POST', '/killswitch_player/enable')
    const see = async () => (await client.getBooleanValue('killswitch_player', false, ada)) || undefined
    expect(await seen('the kill', see)).toBe(true)
    await ops('POST', '/killswitch_player/disable')
    await seen('the release', async () => ((await see()) === undefined ? true : undefined))
  })
})

describe('the stock web provider', () => {
  it('polls with its ETag, gets 304s, new values for a new role and a kill, and only public flags', async () => {
    const provider = new OFREPWebProvider({
      baseUrl: `${stack().url}/public`,
      headers: [['X-API-Key', publicKey]],
      pollInterval: 200,
      fetchImplementation: watchedFetch,
    })
    await WebOpenFeature.setContext({ ...ada, roles: [] })
    await WebOpenFeature.setProviderAndWait(asProvider(provider))
    const client = WebOpenFeature.getClient()
    expect(client.getBooleanValue('typed.boolean', false)).toBe(true)
    expect(client.getStringDetails('typed-string', 'x')).toMatchObject({ value: 'B', reason: 'DEFAULT' })
    expect(client.getObjectValue('typed.object', {})).toEqual({ colors: ['red'], deep: { x: 1 } })
    expect(client.getNumberDetails('typed_number', 1)).toMatchObject({
      value: 1,
      errorCode: 'FLAG_NOT_FOUND',
    })
    expect(client.getStringDetails('typed.boolean', 'x')).toMatchObject({ errorCode: 'TYPE_MISMATCH' })
    expect((await seen('a 304', unchanged)).etag).toBe(unchanged()?.ifNoneMatch)

    await WebOpenFeature.setContext({ ...ada, roles: ['staff'] })
    expect(client.getStringDetails('typed-string', 'x')).toMatchObject({
      value: 'A',
      reason: 'TARGETING_MATCH',
    })
    await WebOpenFeature.setContext({ ...ada, roles: [] })
    expect(client.getStringValue('typed-string', 'x')).toBe('B')

    let changes = 0
    client.addHandler(ProviderEvents.ConfigurationChanged, () => (changes += 1))
    await ops('POST', '/killswitch_player/enable')
    await seen('the kill', () => client.getBooleanValue('killswitch_player', false) || undefined)
    await seen('the change that was told', () => changes > 0 || undefined)
    await ops('POST', '/killswitch_player/disable')
    await seen('the release', () => (client.getBooleanValue('killswitch_player', true) ? undefined : true))
  }, 60_000)

  it('does not start with a wrong key', async () => {
    const provider = new OFREPWebProvider({
      baseUrl: `${stack().url}/public`,
      headers: [['X-API-Key', 'pk_other']],
    })
    await expect(WebOpenFeature.setProviderAndWait('stranger', asProvider(provider))).rejects.toThrow(
      /Initialization failed/,
    )
  })
})
