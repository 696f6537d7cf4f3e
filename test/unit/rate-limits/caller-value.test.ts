import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressIdentity, addressRange, rangeIndex } from '../../../shared/rate-limits/address.ts'
import { callerOrRange, oneCaller } from '../../../shared/rate-limits/caller-value.ts'

describe('the caller of an override', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7/32', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['2001:DB8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::/64', '2001:db8:1:2::/64'],
  ])('is counted by its address: %s as %s', (text, value) => {
    expect(oneCaller('ip', text)).toEqual({ value })
  })

  it.each([
    '',
    'nobody',
    '203.0.113',
    '203.0.113.0/24',
    '2001:db8::/32',
    '203.0.113.7/64',
    'fe80::1%eth0',
    '::/0',
  ])('is refused when it is not one address: %j', (text) => {
    expect(oneCaller('ip', text)).toEqual({ wrong: 'must be an IPv4 or IPv6 address' })
  })

  it('in any other scope is what was written', () => {
    for (const scope of ['user', 'api_key', 'organization', 'route'] as const) {
      expect(oneCaller(scope, '203.0.113.0/24')).toEqual({ value: '203.0.113.0/24' })
      expect(callerOrRange(scope, ' anything ')).toEqual({ value: ' anything ' })
    }
  })
})

describe('whom a block is for', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.77/24', '203.0.113.0/24'],
    ['203.0.113.77/25', '203.0.113.0/25'],
    ['203.0.113.255/31', '203.0.113.254/31'],
    ['203.99.1.2/8', '203.0.0.0/8'],
    ['::ffff:203.0.113.77/120', '203.0.113.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:3:4:5:6/127', '2001:db8:1:2::/64'],
    ['2001:db8:ffff::/36', '2001:db8:f000::/36'],
    ['2001:DB8::1/32', '2001:db8::/32'],
    ['2001:db8::203.0.113.7/33', '2001:db8::/33'],
    ['2001::/16', '2001::/16'],
  ])('is written in one way: %s as %s', (text, value) => {
    expect(callerOrRange('ip', text)).toEqual({ value })
  })

  it.each(['0.0.0.0/0', '10.0.0.0/7', '::/0', '2000::/15', '::ffff:0:0/96', '::ffff:10.0.0.0/103'])(
    'is no great part of the internet: %s',
    (text) => {
      expect(callerOrRange('ip', text)).toMatchObject({ wrong: expect.stringContaining('too wide') })
    },
  )

  it.each([
    '',
    'everybody',
    '203.0.113.0/33',
    '203.0.113.0/',
    '203.0.113.0/-1',
    '203.0.113.0/24/24',
    '2001:db8::/129',
  ])('is refused when it is neither an address nor a range: %j', (text) => {
    expect(callerOrRange('ip', text)).toMatchObject({
      wrong: expect.stringContaining('must be an IP address'),
    })
  })

  it('stays the same when it is sent as it was answered', () => {
    const bits = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 8, max: 32 })),
      fc.tuple(fc.ipV6(), fc.integer({ min: 16, max: 128 })),
    )
    fc.assert(
      fc.property(bits, ([address, prefix]) => {
        const { value } = callerOrRange('ip', `${address}/${prefix}`)
        fc.pre(value !== undefined)
        expect(callerOrRange('ip', value)).toEqual({ value })
      }),
    )
  })

  it('holds the addresses that were written, as callers are known by them', () => {
    const bits = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 8, max: 32 })),
      fc.tuple(fc.ipV6(), fc.integer({ min: 16, max: 128 })),
    )
    fc.assert(
      fc.property(bits, ([address, prefix]) => {
        const { value } = callerOrRange('ip', `${address}/${prefix}`)
        fc.pre(value !== undefined)
        const range = addressRange(value)
        const identity = addressIdentity(address)
        if (range === undefined || identity === undefined) throw new Error(`${value} should be a range.`)
        expect(rangeIndex([[range, 'blocked']])(identity)).toEqual(['blocked'])
      }),
    )
  })
})
