import { describe, expect, it } from 'vitest'
import { changeLab } from '../../support/change-lab.ts'
import { eventOf, field, NO_DATABASE, seen, testStack } from '../../support/test-stack.ts'

const stack = testStack(() => ({ databaseUrl: NO_DATABASE }))

const SIZE = '/api/v1/ops/config/max_upload_size_mb'
const STATUS = '/api/v1/ops/maintenance/status'

const valueAt = async (path: string) => field((await stack().api.get(path)).body, 'value')

describe('the calls of the runbook', () => {
  it('put the platform under maintenance, and everybody is told so at once', async () => {
    const token = await stack().token('responder')
    // As `curl -d` sends it.
    const response = await fetch(`${stack().url}/api/v1/ops/config/maintenance_mode`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: '{"value": true}',
    })
    expect(response.status).toBe(200)
    const told = await stack().api.call('GET', STATUS)
    expect(told.body).toEqual({ in_maintenance: true, window: null })
    await stack().api.call('DELETE', '/api/v1/ops/config/maintenance_mode', { as: 'admin' })
    expect((await stack().api.call('GET', STATUS)).body).toMatchObject({ in_maintenance: false })
  })

  it('change a value, show its history, and give it to clients within a second', async () => {
    const body = { value: 1_000, reason: 'Increased limit for large video files' }
    const changed = await stack().api.call('PUT', SIZE, { as: 'admin', body })
    expect(changed).toMatchObject({ status: 200, body: { value: 1_000, version: 1 } })
    const history = await stack().api.get(`${SIZE}/history`)
    expect(history.body).toMatchObject({ versions: [{ value: 1_000, previous: 500, reason: body.reason }] })
    await seen('clients to be told', async () => {
      const { body: told } = await stack().api.call('GET', '/api/v1/config')
      return field(told, 'config.max_upload_size_mb') === 1_000 ? told : undefined
    })
  })
})

describe('a change that does harm', () => {
  it('is taken back by the next tick after its alert, and announced on the warning topic', async () => {
    const lab = changeLab(stack().rows)
    const before = await valueAt(SIZE)
    const watch = { check: 'nightly-backup', minutes: 30 }
    await stack().api.call('PUT', SIZE, { as: 'admin', body: { value: 9_000, watch } })
    await stack().tick()
    expect(await valueAt(SIZE)).toBe(9_000)
    const alert = await lab.fire('nightly-backup')
    await stack().tick()
    expect(await valueAt(SIZE)).toBe(before)
    const message = await seen('the message', () =>
      stack()
        .inbox({ severity: 'warning' })
        .find((entry) => eventOf(entry) === 'reverted'),
    )
    expect(message.body).toMatchObject({
      event: 'reverted',
      change: { target: 'max_upload_size_mb', from: 9_000, to: before },
      alert: { id: alert.id },
    })
  })
})
