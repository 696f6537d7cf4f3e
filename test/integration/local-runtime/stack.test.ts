import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, test, vi } from 'vitest'
import { USER_ROLES } from '../../../local/stack/users.ts'
import { principalOf } from '../../../shared/kernel/auth.ts'
import { SCOPES } from '../../../shared/kernel/route.ts'
import { sharedStack } from '../../support/stack.ts'

const stack = sharedStack()

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

const getHealth = (token: string) =>
  fetch(`${stack().url}/api/v1/ops/health`, { headers: { authorization: `Bearer ${token}` } })

async function statusWith(token: string): Promise<number> {
  const response = await getHealth(token)
  await response.body?.cancel()
  return response.status
}

async function health() {
  const response = await getHealth(await stack().token('viewer'))
  const { checks } = (await response.json()) as { checks: { id: string; status: string }[] }
  return Object.fromEntries(checks.map(({ id, status }) => [id, status]))
}

describe('a local stack', () => {
  test.each(USER_ROLES)('signs in as %s, whose token the gateway accepts', async (role) => {
    const token = await stack().token(role)
    expect(principalOf(claimsOf(token)).groups).toEqual([role])
    expect(await statusWith(token)).toBe(role === 'filmmaker' ? 403 : 200)
  })

  test('gives a machine a token with its scopes', async () => {
    const token = await stack().token('machine')
    expect(principalOf(claimsOf(token))).toMatchObject({
      kind: 'machine',
      scopes: SCOPES,
    })
    expect(await statusWith(token)).toBe(200)
  })

  test('runs the checks of the platform with a tick', async () => {
    await stack().tick()
    expect(await health()).toMatchObject({
      database: 'healthy',
      's3-avatars': 'healthy',
      's3-backlot': 'healthy',
      cognito: 'healthy',
      'external-apis': 'healthy',
    })
  })

  test('notices an outage and its end, and its inbox shows both', async () => {
    await stack().tick()
    await stack().faults.set('database', { down: true })
    await stack().tick()
    expect(await health()).toMatchObject({ database: 'unhealthy' })
    const about = (event: string) =>
      stack()
        .inbox({ severity: 'critical' })
        .filter(({ attributes }) => attributes['status'] === event && attributes['component'] === 'database')
    await vi.waitFor(() => expect(about('firing')).toHaveLength(1), 10_000)
    await stack().faults.clear('database')
    await vi.waitFor(async () => {
      await stack().tick()
      expect(await health()).toMatchObject({ database: 'healthy' })
    }, 20_000)
    await vi.waitFor(() => expect(about('resolved')).toHaveLength(1), 10_000)
    expect(about('resolved')[0]?.body).toMatchObject({ event: 'resolved', alert: { check: 'database' } })
  })

  test('lets tests read and write the table past the faults', async () => {
    await stack().faults.set('dynamodb', { down: true })
    const { tableName: TableName } = stack()
    const Key = { pk: 'TEST#1', sk: 'ROW' }
    await stack()
      .table()
      .send(new PutCommand({ TableName, Item: Key }))
    const { Item } = await stack().table().send(new GetCommand({ TableName, Key }))
    expect(Item).toEqual(Key)
  })
})

const control = (path: string, init: RequestInit = {}) => fetch(`${stack().url}/_local/${path}`, init)

describe('the control routes', () => {
  test('set, show and clear faults', async () => {
    const set = await control('faults/s3', { method: 'POST', body: '{"latencyMs":5}' })
    expect(await set.json()).toMatchObject({ faults: { s3: { faults: { latencyMs: 5 } } } })
    const cleared = await control('faults/s3', { method: 'DELETE' })
    expect(await cleared.json()).toMatchObject({ faults: { s3: { faults: { latencyMs: 0 } } } })
  })

  test.each([
    ['an unknown target', 'faults/moon', '{}', 404, 'not_found'],
    ['an unknown fault', 'faults/s3', '{"broken":true}', 422, 'invalid_input'],
    ['broken JSON', 'faults/s3', '{', 400, 'invalid_json'],
  ])('refuse %s', async (_, path, body, status, code) => {
    const response = await control(path, { method: 'POST', body })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ code })
  })

  test('refuse a wrong filter of the inbox', async () => {
    const response = await control('inbox?severity=loud')
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ fields: [{ path: 'query.severity' }] })
  })

  test('do not answer web pages of other sites', async () => {
    const response = await control('faults/s3', {
      method: 'POST',
      body: '{"down":true}',
      headers: { origin: 'http://other.example' },
    })
    expect(response.status).toBe(403)
    expect(stack().faults.state().s3?.faults.down).toBe(false)
  })
})
