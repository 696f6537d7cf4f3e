import { describe, expect, it } from 'vitest'
import { createBlock } from '../../../functions/rate-limits/create-block.ts'
import { rateLimitDeps } from '../../../functions/rate-limits/deps.ts'
import { verifyAudit } from '../../../shared/audit/verify.ts'
import { principalOf, systemPrincipal } from '../../../shared/kernel/auth.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { automaticBlock, blockStore, endWrites, ranOut } from '../../../shared/rate-limits/block-store.ts'
import { MAX_BLOCKS } from '../../../shared/rate-limits/change-block.ts'
import { routeLimiter } from '../../../shared/rate-limits/route-limiter.ts'
import { bodyOf, claimsOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { auditOf, call, chainOf, everyPage } from '../../support/rate-limit-routes.ts'
import { rejectionOf } from '../../support/problem.ts'
import { testTable } from '../../support/table.ts'
import { tableLimiter, type TableLimiter } from '../../support/table-limiter.ts'

const started = testTable(systemEffects)
capturedOutput()

const claims = claimsOf('responder')
const post = (body: object, headers = {}) => call('createBlock', { body, headers, claims })
const remove = (block: string, parts = {}) => call('deleteBlock', { params: { block }, claims, ...parts })
const idOf = (body: Readonly<Record<string, unknown>>) => String(body['id'])
const store = () => blockStore(started().table, systemEffects)
const sweep = { actor: systemPrincipal('sweep'), now: systemEffects.now() }
const ofUser = (value: string, part: object = {}) => ({
  scope: 'user' as const,
  value,
  reason: 'A test',
  ...part,
})

const isBlocked = async (limiter: TableLimiter, request: { identifier: string; identities?: object }) =>
  (await limiter.decide({ rule: 'global_default', ...request })).reason === 'blocked'

describe('a block of whoever could lift it', () => {
  const own = { id: 'ada-sub', address: '198.51.100.77' }
  const by = (role: string) => ({ ...claimsOf(role), sub: own.id })
  const block = (role: string, body: object) =>
    call('createBlock', { body: { reason: 'A slip', ...body }, claims: by(role), sourceIp: own.address })

  it.each([
    ['its own address', { scope: 'ip', value: own.address }],
    ['a range around it', { scope: 'ip', value: '198.51.100.0/25' }],
    ['its own account', { scope: 'user', value: own.id }],
  ])('is refused when a responder blocks %s', async (_what, body) => {
    const result = await block('responder', body)
    expect(result.statusCode).toBe(422)
    expect(bodyOf(result)).toMatchObject({
      fields: [{ path: 'body.value', reason: expect.stringContaining('your own') }],
    })
  })

  it('never locks an administrator out of the API, and locks out others', async () => {
    const placed = await block('admin', { scope: 'ip', value: '198.51.100.64/26' })
    expect(placed.statusCode).toBe(201)
    const limit = routeLimiter(tableLimiter(started()), systemEffects.now, false)
    const asked = (role: string) =>
      limit({
        rule: 'global_default',
        route: 'DELETE /api/v1/ops/rate-limits/blocks/{block}',
        principal: principalOf(by(role)),
        sourceIp: own.address,
      })
    for (const role of ['admin', 'superadmin']) expect(await asked(role)).toEqual({})
    for (const role of ['responder', 'viewer']) {
      expect((await rejectionOf(() => asked(role))).code).toBe('blocked')
    }
    expect((await remove(idOf(bodyOf(placed)), { claims: by('admin') })).statusCode).toBe(200)
  })
})

describe('a block', () => {
  it('denies its caller within 5 s in a limiter at work, and no longer than 5 s after it was ended', async () => {
    const limiter = tableLimiter(started())
    expect(await isBlocked(limiter, { identifier: 'mallory' })).toBe(false)
    const result = await post(ofUser('mallory'))
    expect(result).toMatchObject({ statusCode: 201, headers: { etag: '"1"' } })
    expect(bodyOf(result)).toEqual({
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      scope: 'user',
      value: 'mallory',
      reason: 'A test',
      state: 'active',
      created_at: expect.any(String),
      created_by: 'ada',
      version: 1,
    })
    limiter.clock.advance(5_001)
    expect(await isBlocked(limiter, { identifier: 'mallory' })).toBe(true)
    expect(await isBlocked(limiter, { identifier: 'trent' })).toBe(false)
    const ended = await remove(idOf(bodyOf(result)), { query: { reason: 'A mistake' } })
    expect(ended.statusCode).toBe(200)
    expect(bodyOf(ended)).toMatchObject({ state: 'ended', ended_by: 'ada', version: 2 })
    limiter.clock.advance(5_001)
    expect(await isBlocked(limiter, { identifier: 'mallory' })).toBe(false)
    const events = await auditOf(`rate-limit-block:${idOf(bodyOf(result))}`)
    expect(events).toMatchObject([
      { action: 'rate-limit-block.created', reason: 'A test', after: bodyOf(result) },
      { action: 'rate-limit-block.ended', reason: 'A mistake', before: bodyOf(result), after: bodyOf(ended) },
    ])
    expect(verifyAudit(events.toReversed(), [])).toEqual([])
  })

  it.each([
    ['2001:db8:a:1:2:3:4:5', '2001:db8:a:1::/64', '2001:db8:a:1:ffff::1', '2001:db8:a:2::1'],
    ['::ffff:198.51.100.7', '198.51.100.7', '198.51.100.7', '198.51.100.8'],
    ['198.51.101.99/24', '198.51.101.0/24', '198.51.101.1', '198.51.102.1'],
    ['2001:db8:b::1/48', '2001:db8:b::/48', '2001:db8:b:ffff::1', '2001:db8:c::1'],
  ])(
    'of the address %s is one of %s: it holds for %s and not for %s',
    async (value, shown, inside, outside) => {
      expect(bodyOf(await post({ scope: 'ip', value, reason: 'A test' }))).toMatchObject({ value: shown })
      const limiter = tableLimiter(started())
      expect(await isBlocked(limiter, { identifier: 'a', identities: { ip: inside } })).toBe(true)
      expect(await isBlocked(limiter, { identifier: 'a', identities: { ip: outside } })).toBe(false)
      const asCaller = await limiter.decide({ rule: 'auth_endpoints', identifier: inside })
      expect(asCaller.reason).toBe('blocked')
    },
  )

  it.each(['api_key', 'organization'] as const)('of an %s holds whatever the rule counts', async (scope) => {
    await post({ scope, value: 'stolen', reason: 'A test' })
    const limiter = tableLimiter(started())
    expect(await isBlocked(limiter, { identifier: 'a', identities: { [scope]: 'stolen' } })).toBe(true)
    expect(await isBlocked(limiter, { identifier: 'stolen' })).toBe(false)
  })

  it('ends by itself, at a moment or after a time', async () => {
    const at = new Date(systemEffects.now() + 60_000).toISOString()
    expect(bodyOf(await post(ofUser('brief', { expires_at: at })))).toMatchObject({ expires_at: at })
    const timed = bodyOf(await post(ofUser('timed', { duration_seconds: 60 })))
    expect(Date.parse(String(timed['expires_at'])) - Date.parse(String(timed['created_at']))).toBe(60_000)
    const limiter = tableLimiter(started())
    const denied = await limiter.decide({ rule: 'global_default', identifier: 'brief' })
    expect(denied.retryAfterMs).toBeLessThanOrEqual(60_000)
    limiter.clock.advance(61_000)
    for (const identifier of ['brief', 'timed']) expect(await isBlocked(limiter, { identifier })).toBe(false)
  })

  it('of somebody who is blocked already replaces that one, under the same id', async () => {
    const first = bodyOf(await post(ofUser('twice', { duration_seconds: 60 })))
    const second = bodyOf(await post(ofUser('twice', { reason: 'It goes on' })))
    expect(second).toMatchObject({ id: idOf(first), reason: 'It goes on', version: 2 })
    expect(second).not.toHaveProperty('expires_at')
    expect(await everyPage('listBlocks', 'blocks', { value: 'twice' })).toEqual([second])
    expect(await auditOf(`rate-limit-block:${idOf(first)}`)).toMatchObject([
      {},
      { action: 'rate-limit-block.replaced', before: first, after: second },
    ])
    expect((await remove(idOf(first))).statusCode).toBe(200)
    expect(await everyPage('listBlocks', 'blocks', { value: 'twice' })).toEqual([])
  })

  it('that many post at the same moment is one block', async () => {
    const results = await Promise.all(
      [1, 2, 3, 4].map((n) => post(ofUser('crowd', { reason: `Reason ${n}` }))),
    )
    const won = results.filter(({ statusCode }) => statusCode === 201)
    expect(won.length).toBeGreaterThan(0)
    const blocks = await everyPage('listBlocks', 'blocks', { value: 'crowd' })
    expect(blocks).toMatchObject([{ version: won.length }])
  })

  it.each<[string, object, string]>([
    ['of the whole internet', { scope: 'ip', value: '0.0.0.0/0' }, 'body.value'],
    ['of a seventh of IPv4', { scope: 'ip', value: '10.0.0.0/7' }, 'body.value'],
    ['of too much of IPv6', { scope: 'ip', value: '2000::/15' }, 'body.value'],
    ['of what is no address', { scope: 'ip', value: 'mallory' }, 'body.value'],
    ['of a route', { scope: 'route' }, 'body.scope'],
    ['that is over', { expires_at: '2020-01-01T00:00:00Z' }, 'body.expires_at'],
    ['with two ends', { expires_at: '2030-01-01T00:00:00Z', duration_seconds: 60 }, 'body.duration_seconds'],
    ['without a reason', { reason: '' }, 'body.reason'],
  ])('%s is refused', async (_what, part, path) => {
    const result = await post({ ...ofUser('refused'), ...part })
    expect(bodyOf(result)).toMatchObject({ status: 422, code: 'invalid_input', fields: [{ path }] })
  })

  it('is made once for one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'block-1' }
    const [first, second] = [await post(ofUser('keyed'), headers), await post(ofUser('keyed'), headers)]
    expect(second.body).toBe(first.body)
    expect(bodyOf(second)).toMatchObject({ version: 1 })
  })

  it('is ended once, and only in the version that was read', async () => {
    const id = idOf(bodyOf(await post(ofUser('once'))))
    expect((await remove(id, { headers: { 'if-match': '"7"' } })).statusCode).toBe(412)
    expect((await remove(id, { headers: { 'if-match': '"1"' } })).statusCode).toBe(200)
    expect(bodyOf(await remove(id))).toMatchObject({ status: 404, code: 'unknown_block' })
    expect(bodyOf(await remove('01ARYZ6S410000000000000000'))).toMatchObject({ code: 'unknown_block' })
  })
})

describe('the list of blocks', () => {
  it('shows those in force, those that have ended, or both, newest first and paged', async () => {
    const rule = { query: { rule: 'listed' } }
    for (const value of ['l-1', 'l-2', 'l-3', 'l-4']) {
      const live = await store().live()
      const placed = automaticBlock(
        live,
        { scope: 'user', value, reason: 'x', rule: 'listed' },
        sweep,
        systemEffects.id(),
      )
      if (placed === undefined) throw new Error('It should be new.')
      expect(await store().commit(placed.writes)).toEqual({ committed: true })
      if (value < 'l-3') await remove(placed.block.id)
    }
    const values = async (state: string, limit: string) =>
      (await everyPage('listBlocks', 'blocks', { ...rule.query, state, limit })).map(
        (block) => block['value'],
      )
    for (const limit of ['1', '3', '100']) {
      expect(await values('active', limit)).toEqual(['l-4', 'l-3'])
      expect(await values('ended', limit)).toEqual(['l-2', 'l-1'])
      expect(await values('all', limit)).toEqual(['l-4', 'l-3', 'l-2', 'l-1'])
    }
    expect(await everyPage('listBlocks', 'blocks', { value: 'l-4', scope: 'ip' })).toEqual([])
    expect(await everyPage('listBlocks', 'blocks', { value: 'l-4', scope: 'user' })).toMatchObject([
      { rule: 'listed', created_by: 'sweep' },
    ])
  })

  it('finds an address in any spelling', async () => {
    await post({ scope: 'ip', value: '2001:db8:d::/48', reason: 'x' })
    expect(await everyPage('listBlocks', 'blocks', { value: '2001:DB8:D:1::/48' })).toMatchObject([
      { value: '2001:db8:d::/48' },
    ])
  })
})

describe('an automatic block', () => {
  it('leaves alone who is blocked already', async () => {
    await post(ofUser('known'))
    const request = { scope: 'user', value: 'known', reason: 'x', rule: 'api_heavy' } as const
    expect(automaticBlock(await store().live(), request, sweep, systemEffects.id())).toBeUndefined()
  })

  it('is not made on what was read before something else changed', async () => {
    const live = await store().live()
    await post(ofUser('meanwhile'))
    const request = { scope: 'user', value: 'late', reason: 'x', rule: 'api_heavy' } as const
    const placed = automaticBlock(live, request, sweep, systemEffects.id())
    expect(await store().commit(placed?.writes ?? [])).toMatchObject({ committed: false })
  })
})

describe('a block that has run out', () => {
  it('is moved to the archive by the sweep, and counts as ended before', async () => {
    const created = bodyOf(await post(ofUser('over', { duration_seconds: 60 })))
    const now = systemEffects.now() + 120_000
    const cursors = { seal: () => '', open: () => ({}) }
    const later = blockStore(started().table, { ...systemEffects, now: () => now })
    const shown = async (state: 'active' | 'ended') => {
      const { items } = await later.list({ value: 'over', state }, 10, cursors)
      return items.map(({ block }) => block.id)
    }
    expect([await shown('active'), await shown('ended')]).toEqual([[], [idOf(created)]])
    const over = ranOut(await later.live(), now).filter(({ block }) => block.value === 'over')
    expect(over).toHaveLength(1)
    for (const block of over) {
      expect(await later.commit(endWrites(block, { ...sweep, now }).writes)).toEqual({ committed: true })
    }
    expect([await shown('active'), await shown('ended')]).toEqual([[], [idOf(created)]])
    expect(await later.get(idOf(created))).toBeUndefined()
    expect(await chainOf(started().table, `rate-limit-block:${idOf(created)}`)).toMatchObject([
      {},
      {
        action: 'rate-limit-block.expired',
        actor: { kind: 'system' },
        after: { ended_at: created['expires_at'] },
      },
    ])
  })
})

const numbered = (n: number) => ({
  block: { ...ofUser(`many-${n}`), id: `${n}`, createdAt: 0, createdBy: 'sweep', version: 1 } as const,
  audit: { seq: 1, hash: '' },
})

describe('the number of blocks', () => {
  it(`is at most ${MAX_BLOCKS}`, async () => {
    const full = { setVersion: 1, items: Array.from({ length: MAX_BLOCKS }, (_, n) => numbered(n)) }
    const deps = await rateLimitDeps()
    const crowded = { ...deps, blocks: { ...deps.blocks, live: async () => full } }
    const request = {
      params: {},
      query: {},
      body: { scope: 'user', value: 'one too many', reason: 'A test' } as const,
      principal: systemPrincipal('test'),
      sourceIp: '192.0.2.1',
      requestId: 'r-1',
      ifMatch: undefined,
      apiKey: undefined,
      receipt: () => [],
    }
    expect((await rejectionOf(() => createBlock(request, crowded))).code).toBe('too_many_blocks')
    expect(await everyPage('listBlocks', 'blocks', { value: 'one too many' })).toEqual([])
  })
})
