import { connect } from 'node:net'
import type { LookupAddress, LookupOptions } from 'node:dns'
import { describe, expect, it } from 'vitest'
import { assertPublicLiteral, guardedLookup } from '../../../shared/health/network/guarded-lookup.ts'

const REFUSAL = { reason: 'denied', message: 'The address is private; set reachesPrivate to allow it' }

const look = (host: string, options: LookupOptions = {}) =>
  new Promise<{ address: string | LookupAddress[]; family: number | undefined }>((resolve, reject) => {
    guardedLookup(host, options, (error, address, family) =>
      error ? reject(error) : resolve({ address, family }),
    )
  })

describe('guardedLookup', () => {
  it('gives public addresses in the form that was asked for', async () => {
    expect(await look('1.1.1.1')).toEqual({ address: '1.1.1.1', family: 4 })
    const all = await look('1.1.1.1', { all: true })
    expect(all.address).toEqual([{ address: '1.1.1.1', family: 4 }])
  })

  it.each(['localhost', '127.1', '0x7f000001', '2130706433'])(
    'refuses a name for a private address: %s',
    async (host) => {
      await expect(look(host)).rejects.toMatchObject(REFUSAL)
      await expect(look(host, { all: true })).rejects.toMatchObject(REFUSAL)
    },
  )

  it('hands on the error of a name that does not resolve', async () => {
    await expect(look('a'.repeat(300))).rejects.toMatchObject({
      code: expect.stringMatching(/^(EINVAL|ENOTFOUND)$/),
    })
  })

  it('is obeyed by node:net', async () => {
    const socket = connect({ host: 'localhost', port: 9, lookup: guardedLookup })
    const failure = await new Promise((resolve) => socket.once('error', resolve))
    expect(failure).toMatchObject(REFUSAL)
  })
})

describe('assertPublicLiteral', () => {
  it.each(['127.0.0.1', '::1', '10.0.0.1', '169.254.169.254', '::ffff:10.0.0.1', 'fe80::1%lo'])(
    'refuses %s',
    (host) => {
      expect(() => assertPublicLiteral(host)).toThrow(expect.objectContaining(REFUSAL))
    },
  )

  it.each(['1.1.1.1', '2606:4700:4700::1111', 'localhost', 'example.com'])('lets %s pass', (host) => {
    expect(() => assertPublicLiteral(host)).not.toThrow()
  })
})
