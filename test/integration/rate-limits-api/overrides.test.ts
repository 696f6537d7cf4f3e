import { GetCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from 'vitest'
import { verifyAudit } from '../../../shared/audit/verify.ts'
import { systemPrincipal } from '../../../shared/kernel/auth.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { expiredOverrides, overrideStore, removeWrites } from '../../../shared/rate-limits/override-store.ts'
import { bodyOf, claimsOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { auditOf, call, chainOf, everyPage } from '../../support/rate-limit-routes.ts'
import { TEST_TABLE, testTable } from '../../support/table.ts'
import { tableLimiter, type TableLimiter } from '../../support/table-limiter.ts'

const started = testTable(systemEffects)
capturedOutput()

const claims = claimsOf('responder')
const post = (body: object, headers = {}) => call('createOverride', { body, headers, claims })
const remove = (override: string, parts = {}) =>
  call('deleteOverride', { params: { override }, claims, ...parts })
const idOf = (body: Readonly<Record<string, unknown>>) => String(body['id'])

const forHeavy = (caller: string, part: object = { multiplier: 2 }) => ({
  rule_id: 'api_heavy',
  override_type: 'user',
  override_value: caller,
  reason: 'A test',
  ...part,
})

async function admittedBy(limiter: TableLimiter, identifier: string, attempts: number): Promise<number> {
  let admitted = 0
  for (let n = 0; n < attempts; n += 1) {
    if ((await limiter.decide({ rule: 'api_heavy', identifier })).allowed) admitted += 1
  }
  return admitted
}

const forAddress = (value: string) =>
  post({ rule_id: 'auth_endpoints', override_type: 'ip', override_value: value, exempt: true, reason: 'x' })

const hourAway = () => new Date(systemEffects.now() + 3_600_000).toISOString()

const decideAboutPartner = () =>
  tableLimiter(started()).decide({ rule: 'global_default', identifier: 'user_id_here' })

describe('the calls of the runbook', () => {
  it('give a partner larger limits, and exempt a user entirely in place of what was said before', async () => {
    const result = await call('createOverride', {
      claims,
      body: `{
    "rule_id": "global_default_rule_id",
    "override_type": "user",
    "override_value": "user_id_here",
    "multiplier": 2.0,
    "reason": "API integration partner - increased limits"
  }`,
    })
    expect(result).toMatchObject({ statusCode: 201, headers: { etag: '"1"' } })
    expect(bodyOf(result)).toEqual({
      id: expect.stringMatching(/^global_default-[0-9a-f]{16}$/),
      rule_id: 'global_default',
      override_type: 'user',
      override_value: 'user_id_here',
      multiplier: 2,
      reason: 'API integration partner - increased limits',
      state: 'active',
      created_at: expect.any(String),
      created_by: 'ada',
      version: 1,
    })
    expect((await decideAboutPartner()).standings).toMatchObject([{ limit: 2_000 }])

    const replaced = await call('createOverride', {
      claims,
      body: `{
    "rule_id": "global_default_rule_id",
    "override_type": "user",
    "override_value": "user_id_here",
    "exempt": true,
    "reason": "Internal service account"
  }`,
    })
    const override = bodyOf(replaced)
    expect(override).toMatchObject({ exempt: true, version: 2 })
    expect(override).not.toHaveProperty('multiplier')
    expect(await decideAboutPartner()).toMatchObject({ allowed: true, reason: 'exempt' })
    const events = await auditOf(`rate-limit-override:${idOf(override)}`)
    expect(events).toMatchObject([
      { action: 'rate-limit-override.created', actor: { name: 'ada' } },
      {
        action: 'rate-limit-override.replaced',
        before: { multiplier: 2 },
        after: { exempt: true },
        reason: 'Internal service account',
      },
    ])
  })
})

describe('an override', () => {
  it('holds for the next decision of a limiter that has denied already, and no longer once it is removed', async () => {
    const [mine, other] = [tableLimiter(started()), tableLimiter(started())]
    expect(await admittedBy(mine, 'busy', 11)).toBe(10)
    expect(await admittedBy(other, 'busy', 1)).toBe(0)
    const override = bodyOf(await post(forHeavy('busy')))
    // A limiter that has just started asks the table; one that has seen the denial does so within 5 s.
    expect(await admittedBy(tableLimiter(started()), 'busy', 1)).toBe(1)
    other.clock.advance(5_001)
    expect(await admittedBy(other, 'busy', 20)).toBe(9)
    expect((await remove(idOf(override))).statusCode).toBe(200)
    expect(await admittedBy(tableLimiter(started()), 'busy', 2)).toBe(0)
  })

  it('takes one transaction to the counter and back: the counter is kept while it lasts', async () => {
    const { client } = started()
    const counter = async () => {
      const Key = { pk: 'RL#api_heavy#user#kept', sk: 'C' }
      const { Item } = await client.send(new GetCommand({ TableName: TEST_TABLE, Key, ConsistentRead: true }))
      return Item
    }
    await tableLimiter(started()).decide({ rule: 'api_heavy', identifier: 'kept' })
    expect(await counter()).toHaveProperty('expiresAt')
    const override = bodyOf(await post(forHeavy('kept', { multiplier: 0.5 })))
    expect(await counter()).toMatchObject({ ov: '{"multiplier":0.5}' })
    expect(await counter()).not.toHaveProperty('expiresAt')
    await remove(idOf(override))
    expect(await counter()).toHaveProperty('expiresAt')
    expect(await counter()).not.toHaveProperty('ov')
  })

  it('ends by itself', async () => {
    const limiter = tableLimiter(started())
    await post(forHeavy('brief', { exempt: true, expires_at: hourAway() }))
    expect(await limiter.decide({ rule: 'api_heavy', identifier: 'brief' })).toMatchObject({
      reason: 'exempt',
    })
    limiter.clock.advance(3_700_000)
    expect(await admittedBy(limiter, 'brief', 12)).toBe(10)
  })

  it('of an address is for the caller as it is counted', async () => {
    const first = bodyOf(await forAddress('2001:DB8:0:7:1:2:3:4'))
    expect(first).toMatchObject({ override_value: '2001:db8:0:7::/64', version: 1 })
    expect(bodyOf(await forAddress('2001:db8:0:7::/64'))).toMatchObject({ id: idOf(first), version: 2 })
    const limiter = tableLimiter(started())
    const decision = await limiter.decide({ rule: 'auth_endpoints', identifier: '2001:db8:0:7::9' })
    expect(decision.reason).toBe('exempt')
    expect(bodyOf(await forAddress('::ffff:203.0.113.9'))).toMatchObject({ override_value: '203.0.113.9' })
  })

  it.each<[string, object, number, object]>([
    ['of an unknown rule', { rule_id: 'none' }, 404, { code: 'unknown_rule' }],
    [
      'of another scope than the rule',
      { override_type: 'ip' },
      422,
      { fields: [{ path: 'body.override_type', reason: expect.stringContaining('"user"') }] },
    ],
    [
      'of what is no address',
      { rule_id: 'auth_endpoints', override_type: 'ip', override_value: '203.0.113.0/24' },
      422,
      { fields: [{ path: 'body.override_value' }] },
    ],
    ['without effect', { multiplier: undefined }, 422, { fields: [{ path: 'body.multiplier' }] }],
    ['with two effects', { exempt: true }, 422, { fields: [{ path: 'body.multiplier' }] }],
    ['of nothing', { multiplier: 0 }, 422, { fields: [{ path: 'body.multiplier' }] }],
    ['that is over', { expires_at: '2020-01-01T00:00:00Z' }, 422, { fields: [{ path: 'body.expires_at' }] }],
    [
      'until the end of time',
      { expires_at: '9999-12-31T23:59:59-23:59' },
      422,
      { fields: [{ path: 'body.expires_at' }] },
    ],
    ['without a reason', { reason: undefined }, 422, { fields: [{ path: 'body.reason' }] }],
    ['of nobody', { override_value: '' }, 422, { fields: [{ path: 'body.override_value' }] }],
  ])('%s is refused', async (_what, part, status, problem) => {
    expect(bodyOf(await post({ ...forHeavy('refused'), ...part }))).toMatchObject({ status, ...problem })
    expect(await everyPage('listOverrides', 'overrides', { override_value: 'refused' })).toEqual([])
  })

  it('is created once for one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'override-1' }
    const [first, second] = [await post(forHeavy('keyed'), headers), await post(forHeavy('keyed'), headers)]
    expect(second.body).toBe(first.body)
    expect(second).toMatchObject({ statusCode: 201, headers: { 'idempotency-replayed': 'true' } })
    expect(bodyOf(second)).toMatchObject({ version: 1 })
  })

  it('that two post at the same moment is that of one of them', async () => {
    const both = await Promise.all([2, 3, 4].map((multiplier) => post(forHeavy('raced', { multiplier }))))
    const won = both.filter(({ statusCode }) => statusCode === 201)
    const lost = both.filter(({ statusCode }) => statusCode !== 201)
    expect(won.length).toBeGreaterThan(0)
    expect(lost.every((result) => bodyOf(result)['code'] === 'conflict')).toBe(true)
    const [override] = await everyPage('listOverrides', 'overrides', { override_value: 'raced' })
    expect(override).toMatchObject({ version: won.length })
    const decision = await tableLimiter(started()).decide({ rule: 'api_heavy', identifier: 'raced' })
    expect(decision.standings).toMatchObject([{ limit: 10 * Number(override?.['multiplier']) }])
  })
})

describe('removing an override', () => {
  it('answers what was removed; should it come back, its version and its audit chain go on', async () => {
    const created = bodyOf(await post(forHeavy('again')))
    const id = idOf(created)
    const removed = await remove(id, { query: { reason: 'Done' } })
    expect(removed.statusCode).toBe(200)
    expect(bodyOf(removed)).toEqual({ ...created, state: 'removed', version: 2 })
    expect(bodyOf(await remove(id))).toMatchObject({ status: 404, code: 'unknown_override' })
    expect(bodyOf(await post(forHeavy('again')))).toMatchObject({ id, version: 3 })
    const events = await auditOf(`rate-limit-override:${id}`)
    expect(events.map(({ action }) => action.split('.')[1])).toEqual(['created', 'removed', 'created'])
    expect(events[1]).toMatchObject({ reason: 'Done', before: created })
    expect(events[1]).not.toHaveProperty('after')
    expect(verifyAudit(events.toReversed(), [])).toEqual([])
  })

  it('is refused for a version that is no longer the current one, and for what there never was', async () => {
    const id = idOf(bodyOf(await post(forHeavy('stale'))))
    await post(forHeavy('stale', { multiplier: 3 }))
    const late = await remove(id, { headers: { 'if-match': '"1"' } })
    expect(late).toMatchObject({ statusCode: 412, headers: { etag: '"2"' } })
    expect(bodyOf(await remove('api_heavy-0123456789abcdef'))).toMatchObject({ code: 'unknown_override' })
  })

  it('is possible when its rule is gone', async () => {
    const body = { scope: 'user', limit: 5, window_seconds: 60 }
    await call('putRule', { params: { rule: 'short_lived' }, body })
    const override = bodyOf(await post({ ...forHeavy('left'), rule_id: 'short_lived' }))
    await call('deleteRule', { params: { rule: 'short_lived' } })
    expect((await remove(idOf(override))).statusCode).toBe(200)
  })
})

describe('the list of overrides', () => {
  it('is filtered by rule, caller and scope, newest first, and paged', async () => {
    const callers = ['page-1', 'page-2', 'page-3']
    for (const caller of callers) await post({ ...forHeavy(caller), rule_id: 'upload_limit' })
    const query = { rule: 'upload_limit_rule_id', limit: '2', override_type: 'user' }
    const found = await everyPage('listOverrides', 'overrides', query)
    expect(found.map((override) => override['override_value'])).toEqual(callers.toReversed())
    const one = await everyPage('listOverrides', 'overrides', { override_value: 'page-2' })
    expect(one).toMatchObject([{ rule_id: 'upload_limit' }])
    expect(
      await everyPage('listOverrides', 'overrides', { rule: 'upload_limit', override_type: 'ip' }),
    ).toEqual([])
    expect(await everyPage('listOverrides', 'overrides', { rule: 'none' })).toEqual([])
  })

  it('finds an address in any spelling', async () => {
    const body = { rule_id: 'auth_endpoints', override_type: 'ip', multiplier: 2, reason: 'x' }
    await post({ ...body, override_value: '2001:db8:0:8::1' })
    for (const override_value of ['2001:db8:0:8::1', '2001:DB8:0:8::ffff', '2001:db8:0:8::/64']) {
      const found = await everyPage('listOverrides', 'overrides', { override_value })
      expect(found).toMatchObject([{ override_value: '2001:db8:0:8::/64' }])
    }
  })
})

describe('an override that has expired', () => {
  const later = { ...systemEffects, now: () => systemEffects.now() + 7_200_000 }

  it('leaves its counter in the sweep, and stays on show as expired', async () => {
    const id = idOf(bodyOf(await post(forHeavy('expired', { multiplier: 3, expires_at: hourAway() }))))
    await post(forHeavy('lasting', { expires_at: new Date(systemEffects.now() + 36_000_000).toISOString() }))
    const { table } = started()
    expect(await expiredOverrides(table, systemEffects.now(), 10)).toEqual([])
    const found = await expiredOverrides(table, later.now(), 10)
    expect(found.map(({ override }) => override.value)).toContain('expired')
    expect(found.map(({ override }) => override.value)).not.toContain('lasting')
    for (const override of found) {
      const change = { actor: systemPrincipal('sweep'), now: later.now() }
      const committed = await table.commit(removeWrites(override, change, 'expired'), later.id())
      expect(committed).toEqual({ committed: true })
    }
    expect(await expiredOverrides(table, later.now(), 10)).toEqual([])
    const counter = await table.get({ pk: 'RL#api_heavy#user#expired', sk: 'C' })
    expect(counter).not.toHaveProperty('ov')
    expect(await chainOf(table, `rate-limit-override:${id}`)).toMatchObject([
      { action: 'rate-limit-override.created' },
      { action: 'rate-limit-override.expired', actor: { kind: 'system', name: 'sweep' } },
    ])
    const cursors = { seal: () => '', open: () => ({}) }
    const shown = async (state: 'active' | 'expired' | 'all') => {
      const filter = { rule: 'api_heavy', state, value: 'expired' }
      const { items } = await overrideStore(table, later).list(filter, 10, cursors)
      return items.map((item) => item.override.id)
    }
    expect([await shown('active'), await shown('expired'), await shown('all')]).toEqual([[], [id], [id]])
    expect(bodyOf(await post(forHeavy('expired')))).toMatchObject({ id, version: 3 })
    expect(await shown('active')).toEqual([id])
  })
})
