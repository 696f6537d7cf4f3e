import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { rateLimitChecksContract } from '../../../shared/rate-limit-checks/contract.ts'
import { send } from '../../support/handlers.ts'
import { bodyOf, machineClaims } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { call } from '../../support/rate-limit-routes.ts'
import { testTable } from '../../support/table.ts'
import { field } from '../../support/test-stack.ts'

testTable(systemEffects)
capturedOutput()
const claims = machineClaims('midwatch/limit')

interface Check {
  readonly rule: string
  readonly identifier: string
  readonly [field: string]: unknown
}
interface Answer {
  readonly allowed: boolean
  readonly retry_after_seconds?: number
  readonly headers: Readonly<Record<string, string>>
  readonly checks: readonly {
    readonly allowed: boolean
    readonly reason: string
    readonly refund_token?: string
    readonly windows: readonly { readonly limit: number; readonly remaining: number }[]
  }[]
}
const asAnswer = (body: unknown) => body as Answer

const post = (body: unknown) =>
  send(rateLimitChecksContract.checkRateLimits, { claims, body: JSON.stringify(body) })
async function check(...checks: readonly Check[]): Promise<Answer> {
  const result = await post({ checks })
  expect(result.statusCode).toBe(200)
  return asAnswer(bodyOf(result))
}
const all = (identifier: string): Check[] => [
  { rule: 'global_default', identifier },
  { rule: 'api_heavy', identifier, cost: 6 },
]
const peek = async (check: Check) => asAnswer(bodyOf(await post({ checks: [check], peek: true })))
const refund = async (token: unknown) =>
  send(rateLimitChecksContract.refundRateLimit, { claims, body: JSON.stringify({ refund_token: token }) })

describe('a check', () => {
  it('takes from the limit until it is used up, and says so on the wire', async () => {
    const heavy = { rule: 'api_heavy', identifier: 'greedy' }
    const answers: Answer[] = []
    for (let asked = 0; asked < 12; asked += 1) answers.push(await check(heavy))
    expect(answers.map(({ allowed }) => allowed)).toEqual([...Array(10).fill(true), false, false])
    expect(answers.at(0)?.headers).toMatchObject({
      'ratelimit-policy': '"api_heavy";q=10;w=60',
      ratelimit: expect.stringMatching(/^"api_heavy";r=9;t=\d+$/),
    })
    expect(answers.at(-1)).toMatchObject({
      checks: [{ reason: 'limit_reached', windows: [{ limit: 10, remaining: 0 }] }],
      retry_after_seconds: expect.any(Number),
      headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
    })
  })

  it('takes what the request costs', async () => {
    const answer = await check({ rule: 'api_heavy', identifier: 'heavy', cost: 7 })
    expect(answer.checks).toMatchObject([{ windows: [{ remaining: 3 }] }])
    expect((await check({ rule: 'api_heavy', identifier: 'heavy', cost: 4 })).allowed).toBe(false)
    expect((await check({ rule: 'api_heavy', identifier: 'heavy', cost: 3 })).allowed).toBe(true)
    const never = await check({ rule: 'api_heavy', identifier: 'heavy', cost: 11 })
    expect(never).toMatchObject({ allowed: false, checks: [{ reason: 'cost_exceeds_limit' }] })
    expect(never.retry_after_seconds).toBeUndefined()
  })

  it('knows the rule by its id too, and leaves out callers that it does not count', async () => {
    const exempt = { rule: 'api_heavy_rule_id', identifier: 'root', roles: ['superadmin'], cost: 1_000 }
    expect(await check(exempt)).toMatchObject({ allowed: true, checks: [{ reason: 'exempt' }] })
  })

  it('costs more than the rule allows, and no more than an override does, from the first one on', async () => {
    const override = { rule_id: 'api_heavy', override_type: 'user', reason: 'A test' }
    const put = (fields: object) => call('createOverride', { body: { ...override, ...fields } })
    await put({ override_value: 'larger', multiplier: 2.5 })
    await put({ override_value: 'free', exempt: true })
    const [larger, free] = [
      await check({ rule: 'api_heavy', identifier: 'larger', cost: 12 }),
      await check({ rule: 'api_heavy', identifier: 'free', cost: 50 }),
    ]
    expect(larger.checks).toMatchObject([{ reason: 'admitted', windows: [{ limit: 25, remaining: 13 }] }])
    expect(free.checks).toMatchObject([{ reason: 'exempt' }])
    const both = [
      { rule: 'global_default', identifier: 'nobody' },
      { rule: 'api_heavy', identifier: 'nobody', cost: 12 },
    ]
    expect((await check(...both)).checks).toMatchObject([{}, { reason: 'cost_exceeds_limit' }])
    expect((await peek({ rule: 'global_default', identifier: 'nobody' })).checks).toMatchObject([
      { windows: [{ remaining: 1_000 }] },
    ])
  })

  it('knows a rule as soon as it has been made', async () => {
    const asked = { rule: 'brand_new', identifier: 'early' }
    expect((await post({ checks: [asked] })).statusCode).toBe(404)
    const body = { scope: 'user', limit: 1, window_seconds: 60 }
    expect((await call('putRule', { params: { rule: 'brand_new' }, body })).statusCode).toBe(200)
    await expect.poll(async () => (await post({ checks: [asked] })).statusCode).toBe(200)
  })

  it('of several rules takes from all or from none', async () => {
    expect((await check(...all('both'))).allowed).toBe(true)
    expect((await check(...all('both'))).allowed).toBe(false)
    expect((await check(...all('both'))).allowed).toBe(false)
    const { checks } = await peek({ rule: 'global_default', identifier: 'both' })
    expect(checks).toMatchObject([{ windows: [{ limit: 1_000, remaining: 999 }] }])
  })

  it('that only looks takes nothing', async () => {
    const looker = { rule: 'api_heavy', identifier: 'looker' }
    await check(looker)
    for (let asked = 0; asked < 20; asked += 1) await peek(looker)
    expect((await peek(looker)).checks).toMatchObject([{ allowed: true, windows: [{ remaining: 9 }] }])
    expect((await peek({ ...looker, cost: 10 })).checks).toMatchObject([{ allowed: false }])
  })

  it('counts an IPv6 caller by its network, and an IPv4 caller however it is written', async () => {
    for (let host = 1; host <= 20; host += 1) {
      expect((await check({ rule: 'auth_endpoints', identifier: `2001:db8:0:1::${host}` })).allowed).toBe(
        true,
      )
    }
    expect((await check({ rule: 'auth_endpoints', identifier: '2001:DB8:0:1:ffff::1' })).allowed).toBe(false)
    expect((await check({ rule: 'auth_endpoints', identifier: '2001:db8:0:2::1' })).allowed).toBe(true)
    await check({ rule: 'auth_endpoints', identifier: '198.51.100.9', cost: 20 })
    expect((await check({ rule: 'auth_endpoints', identifier: '::ffff:198.51.100.9' })).allowed).toBe(false)
  })
})

describe('a refund', () => {
  it('gives back what a check took, once', async () => {
    const taken = await check({ rule: 'api_heavy', identifier: 'refunded', cost: 10 })
    const token = taken.checks[0]?.refund_token
    expect(bodyOf(await refund(token))).toEqual({ refunded: true })
    expect(bodyOf(await refund(token))).toEqual({ refunded: false })
    const { checks } = await peek({ rule: 'api_heavy', identifier: 'refunded' })
    expect(checks).toMatchObject([{ windows: [{ remaining: 10 }] }])
  })

  it('is refused for a token that was not issued here', async () => {
    const { refund_token: token = '' } =
      (await check({ rule: 'api_heavy', identifier: 'forger' })).checks[0] ?? {}
    for (const forged of [`${token}A`, token.slice(1), 'x']) {
      expect(await refund(forged)).toMatchObject({ statusCode: 422 })
    }
  })
})

describe('a wrong check', () => {
  const caller = 'wrong'
  it.each([
    ['an unknown rule', [{ rule: 'nope', identifier: caller }], 404, undefined],
    ['an empty identifier', [{ rule: 'api_heavy', identifier: '' }], 422, 'body.checks.0.identifier'],
    [
      'a long identifier',
      [{ rule: 'api_heavy', identifier: 'x'.repeat(257) }],
      422,
      'body.checks.0.identifier',
    ],
    ['a negative cost', [{ rule: 'api_heavy', identifier: caller, cost: -1 }], 422, 'body.checks.0.cost'],
    ['no cost at all', [{ rule: 'api_heavy', identifier: caller, cost: 0 }], 422, 'body.checks.0.cost'],
    ['half a cost', [{ rule: 'api_heavy', identifier: caller, cost: 0.5 }], 422, 'body.checks.0.cost'],
    [
      'an address that is none',
      [
        { rule: 'api_heavy', identifier: caller },
        { rule: 'auth_endpoints', identifier: '1.2.3' },
      ],
      422,
      'body.checks.1.identifier',
    ],
    [
      'an address beside it that is none',
      [{ rule: 'api_heavy', identifier: caller, identities: { ip: 'unknown' } }],
      422,
      'body.checks.0.identities.ip',
    ],
    ['no checks', [], 422, 'body.checks'],
  ])('with %s is refused, and nothing is taken', async (_what, checks, status, path) => {
    const result = await post({ checks })
    expect(result.statusCode).toBe(status)
    expect(field(bodyOf(result), 'fields.0.path')).toBe(path)
    const { checks: after } = await peek({ rule: 'api_heavy', identifier: caller })
    expect(after).toMatchObject([{ windows: [{ remaining: 10 }] }])
  })
})
