import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rateLimitClient } from '../../../shared/rate-limit-checks/client.ts'
import { load, type Sample } from '../../support/load.ts'
import { field, NO_DATABASE, startStack, type TestStack } from '../../support/test-stack.ts'

const LIMIT = 20
const REQUESTS = 400
const CONCURRENCY = 16

let dataDir = ''
let stack: TestStack | undefined
const running = (): TestStack => {
  if (stack === undefined) throw new Error('The stack is not running.')
  return stack
}
// What is counted here to the last request is exact only while the store answers in time, however busy the machine is.
const environment = { MIDWATCH_LIMITER_BUDGET_MS: '5000' }
const start = async () => {
  stack = await startStack({ dataDir, databaseUrl: NO_DATABASE, environment })
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'midwatch-load-'))
  await start()
})
afterAll(async () => {
  await stack?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

const violationsOf = async (query: string) => {
  const { body } = await running().api.call('GET', `/api/v1/ops/rate-limits/violations?${query}`, {
    as: 'admin',
  })
  return body
}
const counted = (samples: readonly Sample[], status: number) =>
  samples.filter((sample) => sample.status === status).length

describe('a flood of requests', () => {
  it('is let through up to the limit, told when to come back, and counted to the last denial', async () => {
    const samples = await load(() => fetch(`${running().url}/api/v1/status`), {
      requests: REQUESTS,
      concurrency: CONCURRENCY,
    })
    expect(counted(samples, 200)).toBe(LIMIT)
    expect(counted(samples, 429)).toBe(REQUESTS - LIMIT)

    for (const { status, headers, body } of samples) {
      expect(headers.get('ratelimit-policy')).toBe(`"auth_endpoints";q=${LIMIT};w=60`)
      expect(headers.get('ratelimit')).toMatch(/^"auth_endpoints";r=\d+;t=\d+$/)
      if (status === 200) continue
      expect(headers.get('content-type')).toBe('application/problem+json')
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      expect(JSON.parse(body)).toMatchObject({
        type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
        code: 'rate_limited',
        'violated-policies': ['auth_endpoints'],
      })
    }

    const status = await running().api.get('/api/v1/ops/rate-limits/status?identifier=127.0.0.1&scope=ip')
    expect(field(status.body, 'rules')).toContainEqual(
      expect.objectContaining({
        rule: 'auth_endpoints',
        windows: [expect.objectContaining({ used: LIMIT, remaining: 0 })],
      }),
    )

    // Containers that are told to end write what they have only counted so far.
    await running().stop()
    await start()
    expect(await violationsOf('hours=1&identifier=127.0.0.1')).toMatchObject({
      violations: [{ rule: 'auth_endpoints', identifier: '127.0.0.1', count: REQUESTS - LIMIT }],
      totals: { count: REQUESTS - LIMIT },
    })
  })
})

const client = (rest: object = {}) =>
  rateLimitClient({
    baseUrl: running().url,
    token: () => running().token('machine'),
    timeoutMs: 10_000,
    ...rest,
  })

describe('the client', () => {
  it('asks for decisions over HTTP, and gives back', async () => {
    const limits = client()
    const taken = await limits.check({ rule: 'api_heavy', identifier: 'client', cost: 10 })
    expect(taken).toMatchObject({ allowed: true, degraded: false })
    expect(taken.headers['ratelimit']).toMatch(/^"api_heavy";r=0;t=\d+$/)
    expect((await limits.check({ rule: 'api_heavy', identifier: 'client' })).allowed).toBe(false)
    expect(await limits.refund(taken.checks[0]?.refund_token ?? '')).toBe(true)
    const both = [
      { rule: 'api_heavy', identifier: 'client' },
      { rule: 'global_default', identifier: 'client' },
    ]
    expect((await limits.check(...both)).allowed).toBe(true)
  })

  it('says what was wrong with a question', async () => {
    await expect(client().check({ rule: 'nope', identifier: 'x' })).rejects.toThrow('unknown_rule')
    const forged = client({ token: () => 'forged' })
    await expect(forged.check({ rule: 'api_heavy', identifier: 'x' })).rejects.toThrow('unauthorized')
  })

  it('lets everything through, or nothing, when nobody answers', async () => {
    const gone = { baseUrl: 'http://127.0.0.1:1' }
    const question = { rule: 'api_heavy', identifier: 'x' }
    expect(await client(gone).check(question)).toMatchObject({ allowed: true, degraded: true })
    const closed = client({ ...gone, failurePolicy: 'closed' })
    expect(await closed.check(question)).toMatchObject({ allowed: false, degraded: true })
    expect(await closed.refund('token')).toBe(false)
  })
})
