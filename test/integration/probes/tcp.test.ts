import { describe, expect, it } from 'vitest'
import { tcpProbe } from '../../../shared/health/probes/tcp.ts'
import { attempt, services } from '../../support/attempt.ts'
import { outcomeOf } from '../../support/outcome.ts'
import { closedPort, silence, tcpServer } from '../../support/tcp-server.ts'

const REFUSAL = 'The address is private; set reachesPrivate to allow it'

describe('tcp', () => {
  it('is healthy when the connection is accepted, and closes it', async () => {
    const server = await tcpServer(silence)
    const outcome = await outcomeOf(tcpProbe, { host: '127.0.0.1', port: server.port, reachesPrivate: true })
    expect(outcome).toMatchObject({ ok: true, message: 'The connection was accepted' })
    expect(outcome.latencyMs).toBeGreaterThan(0)
    await server.released()
  })

  it('reaches a host by its name', async () => {
    const server = await tcpServer(silence)
    const target = { host: 'localhost', port: server.port, reachesPrivate: true }
    expect(await outcomeOf(tcpProbe, target)).toMatchObject({ ok: true })
  })

  it('reports a refused connection and tells nothing of the address', async () => {
    const port = await closedPort()
    const outcome = await outcomeOf(tcpProbe, { host: '127.0.0.1', port, reachesPrivate: true })
    expect(outcome).toMatchObject({ ok: false, reason: 'refused', message: 'The connection was refused' })
    expect(JSON.stringify(outcome)).not.toMatch(new RegExp(`127\\.0|${port}`))
  })

  it('reports a refused connection on every address of a name', async () => {
    const target = { host: 'localhost', port: await closedPort(), reachesPrivate: true }
    expect(await outcomeOf(tcpProbe, target)).toMatchObject({ ok: false, reason: 'refused' })
  })

  it('ends at once when its time is over', async () => {
    const server = await tcpServer(silence)
    const signal = AbortSignal.abort(new Error('over'))
    const target = { host: '127.0.0.1', port: server.port, reachesPrivate: true }
    await expect(tcpProbe(target, { ...attempt(100), signal }, services())).rejects.toThrow('aborted')
  })

  it.each([
    '127.0.0.1',
    '::1',
    '10.0.0.1',
    '169.254.169.254',
    '::ffff:127.0.0.1',
    'localhost',
    '127.1',
    '0x7f000001',
  ])('connects to no private address unless it may: %s', async (host) => {
    let connections = 0
    const server = await tcpServer(() => (connections += 1))
    const outcome = await outcomeOf(tcpProbe, { host, port: server.port, reachesPrivate: false })
    expect(outcome).toMatchObject({ ok: false, reason: 'denied', message: REFUSAL })
    expect(connections).toBe(0)
  })
})
