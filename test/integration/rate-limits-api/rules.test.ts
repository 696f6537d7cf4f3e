import { describe, expect, it } from 'vitest'
import { verifyAudit } from '../../../shared/audit/verify.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { bodyOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { auditOf, call } from '../../support/rate-limit-routes.ts'
import { testTable } from '../../support/table.ts'
import { tableLimiter } from '../../support/table-limiter.ts'

const started = testTable(systemEffects)
capturedOutput()

const small = { scope: 'user', limit: 2, window_seconds: 60 }
const put = (rule: string, body: object, headers = {}) => call('putRule', { params: { rule }, body, headers })
const get = (rule: string) => call('getRule', { params: { rule } })
const remove = (rule: string, headers = {}) => call('deleteRule', { params: { rule }, headers })

/** What a limiter that has just started makes of three requests of one caller. */
async function admittedOf(rule: string, attempts: number): Promise<number> {
  const limiter = tableLimiter(started())
  let admitted = 0
  for (let n = 0; n < attempts; n += 1) {
    const { allowed } = await limiter.decide({ rule, identifier: `caller of ${rule}` })
    if (allowed) admitted += 1
  }
  return admitted
}

describe('putting a rule', () => {
  it('creates one that limiters go by, with a version, an ETag and an audit event', async () => {
    const result = await put('made', { ...small, reason: 'A test' })
    expect(result).toMatchObject({ statusCode: 200, headers: { etag: '"1"' } })
    expect(bodyOf(result)).toEqual({
      name: 'made',
      description: '',
      scope: 'user',
      windows: [{ limit: 2, window_seconds: 60 }],
      exempt_roles: [],
      mode: 'enforce',
      failure_policy: 'local',
      precision: 'standard',
      leases: 'adaptive',
      origin: 'created',
      version: 1,
    })
    expect((await get('made')).body).toBe(result.body)
    expect(await admittedOf('made', 4)).toBe(2)
    const events = await auditOf('rate-limit-rule:made')
    expect(events).toMatchObject([
      { action: 'rate-limit-rule.created', reason: 'A test', actor: { name: 'ada' }, after: bodyOf(result) },
    ])
    expect(events[0]).not.toHaveProperty('before')
  })

  it('under the id of a runbook means the rule of that name', async () => {
    expect(bodyOf(await put('named_rule_id', small))).toMatchObject({ name: 'named', version: 1 })
    expect(bodyOf(await put('named', small))).toMatchObject({ name: 'named', version: 2 })
    expect(bodyOf(await get('named_rule_id'))).toMatchObject({ name: 'named', version: 2 })
  })

  it('changes a defined one until it is deleted, which brings its definition back', async () => {
    const before = bodyOf(await get('api_heavy'))
    const changed = await put('api_heavy_rule_id', { ...small, description: 'Less' })
    expect(bodyOf(changed)).toMatchObject({ name: 'api_heavy', origin: 'changed', version: 1 })
    expect(await admittedOf('api_heavy', 4)).toBe(2)
    const removed = await remove('api_heavy')
    expect(bodyOf(removed)).toEqual({ removed: bodyOf(changed), in_force: { ...before, version: 2 } })
    expect(bodyOf(await get('api_heavy'))).toEqual({ ...before, version: 2 })
    const events = await auditOf('rate-limit-rule:api_heavy')
    expect(events.map(({ action }) => action)).toEqual([
      'rate-limit-rule.changed',
      'rate-limit-rule.restored',
    ])
    expect(events).toMatchObject([{ before }, { before: bodyOf(changed), after: { ...before, version: 2 } }])
  })

  it('with the mode "shadow" disables it: nobody is denied any more', async () => {
    await put('quiet', { ...small, mode: 'shadow' })
    expect(await admittedOf('quiet', 5)).toBe(5)
    const { rules } = bodyOf(await call('listRules', { query: { mode: 'shadow' } }))
    expect(rules).toMatchObject([{ name: 'quiet' }])
  })

  it('reaches a limiter at work within 5 s', async () => {
    const limiter = tableLimiter(started())
    const ask = () => limiter.decide({ rule: 'watched', identifier: 'one' })
    await put('watched', small)
    const first = await ask()
    expect(first.standings).toMatchObject([{ limit: 2 }])
    await put('watched', { ...small, limit: 7 })
    limiter.clock.advance(5_001)
    expect((await ask()).standings).toMatchObject([{ limit: 7 }])
  })

  it('takes several windows at once', async () => {
    const windows = [
      { limit: 2, window_seconds: 1 },
      { limit: 3, window_seconds: 3_600 },
    ]
    expect(bodyOf(await put('both', { scope: 'user', windows }))).toMatchObject({ windows })
    expect(await admittedOf('both', 4)).toBe(2)
  })

  it.each<[string, object, string]>([
    ['a window of 0', { scope: 'user', limit: 1, window_seconds: 0 }, 'body.window_seconds'],
    ['no window', { scope: 'user' }, 'body.windows'],
    ['both forms', { ...small, windows: [{ limit: 1, window_seconds: 1 }] }, 'body.windows'],
    ['another scope than it has', { ...small, scope: 'ip' }, 'body.scope'],
    [
      'a block of no time',
      { ...small, auto_block: { violations_per_hour: 1, block_seconds: 0 } },
      'body.auto_block.block_seconds',
    ],
  ])('is refused with %s', async (_what, body, path) => {
    const result = await put('global_default', body)
    expect(bodyOf(result)).toMatchObject({ status: 422, code: 'invalid_input', fields: [{ path }] })
    expect(bodyOf(await get('global_default'))).toMatchObject({ version: 0 })
  })

  it('is for administrators', async () => {
    const claims = { sub: 'user-9', username: 'grace', client_id: 'web', 'cognito:groups': '[responder]' }
    const result = await call('putRule', { params: { rule: 'made' }, body: small, claims })
    expect(bodyOf(result)).toMatchObject({ status: 403, code: 'forbidden' })
  })
})

describe('two who change a rule', () => {
  it('from the same version: one has changed it, and one is told that the version is old', async () => {
    await put('raced', small)
    const both = await Promise.all(
      [3, 4].map((limit) => put('raced', { ...small, limit }, { 'if-match': '"1"' })),
    )
    const statuses = both.map(({ statusCode = 0 }) => statusCode).toSorted((left, right) => left - right)
    expect(statuses[0]).toBe(200)
    expect([409, 412]).toContain(statuses[1])
    const late = await put('raced', { ...small, limit: 5 }, { 'if-match': '"1"' })
    expect(late).toMatchObject({ statusCode: 412, headers: { etag: '"2"' } })
    expect(bodyOf(await get('raced'))).toMatchObject({ version: 2 })
  })

  it('at the same moment, without looking: nobody is told a lie', async () => {
    const results = await Promise.all([1, 2, 3, 4, 5, 6].map((limit) => put('crowded', { ...small, limit })))
    const won = results.filter(({ statusCode }) => statusCode === 200)
    const lost = results
      .filter(({ statusCode }) => statusCode !== 200)
      .map((result) => bodyOf(result)['code'])
    expect(won.length).toBeGreaterThan(0)
    expect(new Set(lost).difference(new Set(['conflict', 'unavailable'])).size).toBe(0)
    expect(bodyOf(await get('crowded'))).toMatchObject({ version: won.length })
    const events = await auditOf('rate-limit-rule:crowded')
    expect(events).toHaveLength(won.length)
    expect(verifyAudit(events.toReversed(), [])).toEqual([])
  })

  it('is once for one Idempotency-Key', async () => {
    const headers = { 'idempotency-key': 'rule-1' }
    const [first, second] = [await put('keyed', small, headers), await put('keyed', small, headers)]
    expect(second.body).toBe(first.body)
    expect(second.headers).toMatchObject({ 'idempotency-replayed': 'true' })
    expect(bodyOf(await get('keyed'))).toMatchObject({ version: 1 })
    expect(bodyOf(await put('keyed', { ...small, limit: 9 }, headers))).toMatchObject({ code: 'key_reused' })
  })
})

describe('deleting a rule', () => {
  it('makes a created one vanish, and its version and its audit chain go on should it come back', async () => {
    await put('gone', small)
    const removed = bodyOf(await remove('gone'))
    expect(removed).toMatchObject({ removed: { name: 'gone', version: 1 } })
    expect(removed).not.toHaveProperty('in_force')
    expect(bodyOf(await get('gone'))).toMatchObject({ code: 'unknown_rule' })
    expect(bodyOf(await remove('gone'))).toMatchObject({ status: 404, code: 'unknown_rule' })
    expect(JSON.stringify(bodyOf(await call('listRules')))).not.toContain('"gone"')
    expect((await put('gone', small, { 'if-match': '*' })).statusCode).toBe(412)
    // What comes back may count by something else.
    expect(bodyOf(await put('gone', { ...small, scope: 'api_key' }))).toMatchObject({ version: 3 })
    const events = await auditOf('rate-limit-rule:gone')
    expect(events.map(({ action }) => action.split('.')[1])).toEqual(['created', 'deleted', 'created'])
    expect(verifyAudit(events.toReversed(), [])).toEqual([])
  })

  it('is refused for one that is only defined, and says what to do', async () => {
    expect(bodyOf(await remove('auth_endpoints'))).toMatchObject({ status: 409, code: 'rule_defined' })
    expect(bodyOf(await get('auth_endpoints'))).toMatchObject({ version: 0 })
  })

  it('is refused for a version that is no longer the current one', async () => {
    await put('kept', small)
    await put('kept', small)
    expect(await remove('kept', { 'if-match': '"1"' })).toMatchObject({ statusCode: 412 })
    expect(bodyOf(await get('kept'))).toMatchObject({ version: 2 })
  })

  it('says why in the audit log', async () => {
    await put('explained', small)
    await call('deleteRule', { params: { rule: 'explained' }, query: { reason: 'Not needed' } })
    expect(await auditOf('rate-limit-rule:explained')).toMatchObject([{}, { reason: 'Not needed' }])
  })
})
