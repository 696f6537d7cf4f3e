import { describe, expect, it } from 'vitest'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { bodyOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { call } from '../../support/rate-limit-routes.ts'
import { testTable } from '../../support/table.ts'

testTable(systemEffects)
capturedOutput()

const get = (rule: string) => call('getRule', { params: { rule } })

describe('the rules of a fresh table', () => {
  it('are those of the definition, in version 0', async () => {
    const { rules } = bodyOf(await call('listRules'))
    expect(rules).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'global_default',
          scope: 'user',
          windows: [{ limit: 1_000, window_seconds: 60 }],
          exempt_roles: ['superadmin', 'admin'],
          origin: 'defined',
          version: 0,
        }),
        expect.objectContaining({ name: 'auth_endpoints', scope: 'ip', exempt_roles: [] }),
        expect.objectContaining({
          name: 'upload_limit',
          windows: [{ limit: 100, window_seconds: 3_600 }],
          exempt_roles: ['superadmin', 'admin', 'filmmaker'],
        }),
        expect.objectContaining({ name: 'api_heavy', exempt_roles: ['superadmin'] }),
      ]),
    )
  })

  it('are found by their names and by the ids of runbooks', async () => {
    const plain = await get('global_default')
    expect(plain).toMatchObject({ statusCode: 200, headers: { etag: '"0"' } })
    expect((await get('global_default_rule_id')).body).toBe(plain.body)
    expect(bodyOf(await get('none'))).toMatchObject({
      status: 404,
      code: 'unknown_rule',
      detail: 'There is no rule "none".',
    })
  })

  it('are listed by scope and by mode', async () => {
    const { rules } = bodyOf(await call('listRules', { query: { scope: 'ip', mode: 'enforce' } }))
    expect(rules).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'auth_endpoints' }),
        expect.objectContaining({ name: 'public_endpoints' }),
      ]),
    )
    expect(JSON.stringify(rules)).not.toContain('"user"')
    expect(bodyOf(await call('listRules', { query: { mode: 'shadow' } }))).toEqual({ rules: [] })
  })
})
