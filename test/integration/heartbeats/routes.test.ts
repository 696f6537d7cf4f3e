import { describe, expect, it } from 'vitest'
import { heartbeatsContract } from '../../../shared/heartbeats/contract.ts'
import { pingKeyOf } from '../../../shared/heartbeats/ping-key.ts'
import { signalsOf } from '../../../shared/heartbeats/store.ts'
import { systemEffects } from '../../../shared/kernel/effects.ts'
import { signingKey } from '../../../shared/kernel/signing-key.ts'
import { send } from '../../support/handlers.ts'
import { bodyOf } from '../../support/http-event.ts'
import { capturedOutput } from '../../support/output.ts'
import { testTable } from '../../support/table.ts'

const started = testTable(systemEffects)
capturedOutput()

const keyOf = async () => pingKeyOf(await signingKey(started().table, systemEffects), 'nightly-backup')
const signals = () => signalsOf(started().table, 'nightly-backup', 0, systemEffects.id())

describe('a ping', () => {
  it('is answered with OK and remembered, whatever the case of its key', async () => {
    const key = await keyOf()
    for (const spelled of [key, key.toUpperCase()]) {
      const result = await send(heartbeatsContract.ping, { params: { key: spelled } })
      expect(result).toMatchObject({
        statusCode: 200,
        body: 'OK',
        headers: { 'content-type': 'text/plain; charset=utf-8' },
      })
    }
    expect((await signals()).lastSuccessAt).toBeGreaterThan(0)
  })

  it('may carry whatever the job printed, large or binary', async () => {
    const params = { key: await keyOf() }
    const large = await send(heartbeatsContract.postPing, { params, body: 'x'.repeat(1_000_000) })
    expect(large.body).toBe('OK')
    const binary = await send(heartbeatsContract.postPing, { params, body: '/w==', isBase64Encoded: true })
    expect(binary.body).toBe('OK')
  })

  it('may say that the job starts or fails, and with which exit code', async () => {
    const key = await keyOf()
    await send(heartbeatsContract.signal, { params: { key, signal: 'start' } })
    await send(heartbeatsContract.postSignal, { params: { key, signal: '3' }, body: '{ not JSON' })
    expect(await signals()).toMatchObject({
      lastStartAt: expect.any(Number),
      lastFailureAt: expect.any(Number),
      lastExitCode: 3,
    })
  })

  it('is refused with an exit code that no process has', async () => {
    const result = await send(heartbeatsContract.signal, { params: { key: await keyOf(), signal: '256' } })
    expect(bodyOf(result)).toMatchObject({ code: 'invalid_input', fields: [{ path: 'path.signal' }] })
  })

  it('at an address that belongs to no job is a 404', async () => {
    const key = '8b1f4ad5-9a3f-8e0c-b2f3-0a1b2c3d4e5f'
    expect(bodyOf(await send(heartbeatsContract.ping, { params: { key } }))).toMatchObject({
      code: 'unknown_check',
    })
  })
})
