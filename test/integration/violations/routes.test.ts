import { beforeAll, describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { violationsContract } from '../../../shared/violations/contract.ts'
import { makeRecorder } from '../../../shared/violations/recorder.ts'
import { send } from '../../support/handlers.ts'
import { bodyOf, claimsOf, machineClaims } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const { listViolations, getLimitStatus } = violationsContract
const claims = claimsOf('viewer')

beforeAll(async () => {
  const recorder = makeRecorder(started().table, systemEffects)
  const denial = { rule: 'api_heavy', scope: 'user', shadow: false } as const
  for (const identifier of ['eve', 'eve', 'eve', 'bob']) {
    await recorder.record({ ...denial, identifier, at: systemEffects.now() })
  }
  const address = { rule: 'auth_endpoints', scope: 'ip', identifier: '2001:db8::/64', shadow: true } as const
  await recorder.record({ ...address, at: systemEffects.now() })
  await recorder.flush()
})

describe('GET /api/v1/ops/rate-limits/violations', () => {
  it('shows who was denied by which rule, page by page', async () => {
    const first = bodyOf(await send(listViolations, { claims, query: { limit: '1' } }))
    expect(first).toMatchObject({
      violations: [{ rule: 'api_heavy', scope: 'user', identifier: 'eve', count: 3, shadow_count: 0 }],
      totals: {
        count: 4,
        shadow_count: 1,
        by_rule: [
          { rule: 'api_heavy', count: 4, shadow_count: 0, identifiers: 2 },
          { rule: 'auth_endpoints', count: 0, shadow_count: 1, identifiers: 1 },
        ],
      },
      complete: true,
    })
    const cursor = String(first['next_cursor'])
    const second = bodyOf(await send(listViolations, { claims, query: { limit: '1', cursor } }))
    expect(second['violations']).toMatchObject([{ identifier: 'bob', count: 1 }])
  })

  it('finds a caller, a rule by its id, and a scope', async () => {
    const query = { identifier: '2001:DB8::1', rule: 'auth_endpoints_rule_id', scope: 'ip', hours: '1' }
    const found = bodyOf(await send(listViolations, { claims, query }))
    expect(found['violations']).toMatchObject([{ identifier: '2001:db8::/64', shadow_count: 1 }])
  })

  it.each([
    [{ rule: 'no_such_rule' }, 404, 'unknown_rule'],
    [{ hours: '169' }, 422, 'invalid_input'],
    [{ hours: '0' }, 422, 'invalid_input'],
    [{ identifier: '' }, 422, 'invalid_input'],
    [{ scope: 'planet' }, 422, 'invalid_input'],
  ])('answers %j with %i', async (query, status, code) => {
    expect(bodyOf(await send(listViolations, { claims, query }))).toMatchObject({ status, code })
  })
})

describe('GET /api/v1/ops/rate-limits/status', () => {
  it('shows a machine how much of each rule a caller has used', async () => {
    const query = { identifier: 'eve', scope: 'user', rule: 'api_heavy_rule_id' }
    const result = await send(getLimitStatus, { claims: machineClaims('midwatch/read'), query })
    expect(bodyOf(result)).toEqual({
      identifier: 'eve',
      rules: [
        {
          rule: 'api_heavy',
          scope: 'user',
          mode: 'enforce',
          windows: [{ limit: 10, window_seconds: 60, used: 0, remaining: 10, resets_in_seconds: 0 }],
        },
      ],
    })
  })

  it.each([
    [{}, 422, 'query.identifier'],
    [{ identifier: '' }, 422, 'query.identifier'],
    [{ identifier: 'x'.repeat(257) }, 422, 'query.identifier'],
    [{ identifier: 'eve', scope: 'ip' }, 422, 'query.identifier'],
  ])('answers %j with %i, and names the field', async (query, status, path) => {
    const problem = bodyOf(await send(getLimitStatus, { claims, query }))
    expect(problem).toMatchObject({ status, code: 'invalid_input', fields: [{ path }] })
  })

  it('answers an unknown rule with 404', async () => {
    const query = { identifier: 'eve', rule: 'no_such_rule' }
    expect(bodyOf(await send(getLimitStatus, { claims, query }))).toMatchObject({ code: 'unknown_rule' })
  })
})
