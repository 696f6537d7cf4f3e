import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addressIdentity, addressRange, rangeIndex } from '../../../shared/rate-limits/address.ts'

const groups = fc.array(
  fc.oneof({ arbitrary: fc.constant(0), weight: 2 }, { arbitrary: fc.nat(0xffff), weight: 3 }),
  { minLength: 8, maxLength: 8 },
)

/** An IPv6 address in one of the spellings that people and machines use. */
function spelled(address: readonly number[], form: number): string {
  const hex = address.map((group) => group.toString(16))
  const padded = address.map((group) => group.toString(16).padStart(4, '0'))
  const firstZeros = hex.join(':').replace(/(^|:)0(:0)+(:|$)/, '::')
  const lastBytes = address.slice(6).flatMap((group) => [group >> 8, group & 255])
  const dotted = `${hex.slice(0, 6).join(':')}:${lastBytes.join('.')}`
  return [hex.join(':'), padded.join(':'), padded.join(':').toUpperCase(), firstZeros, dotted][form % 5] ?? ''
}

const isMapped = (address: readonly number[]) =>
  address.slice(0, 5).every((group) => group === 0) && address[5] === 0xffff

describe('what an address is counted by', () => {
  test('an IPv4 address is itself', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(addressIdentity(address)).toBe(address)
      }),
    )
  })

  test('an IPv6 address is its /64, written in one way', () => {
    expect(addressIdentity('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64')
    expect(addressIdentity('2001:0DB8:0001:0002::')).toBe('2001:db8:1:2::/64')
    expect(addressIdentity('2001:db8::1')).toBe('2001:db8::/64')
    expect(addressIdentity('2001:db8:0:1:1:1:1:1')).toBe('2001:db8:0:1::/64')
    expect(addressIdentity('1:0:0:2::')).toBe('1:0:0:2::/64')
    expect(addressIdentity('::1')).toBe('::/64')
    expect(addressIdentity('::')).toBe('::/64')
    expect(addressIdentity('::1.2.3.4')).toBe('::/64')
    expect(addressIdentity('64:ff9b::1.2.3.4')).toBe('64:ff9b::/64')
  })

  test('all spellings of an address are one caller', () => {
    fc.assert(
      fc.property(groups, fc.nat(4), (address, form) => {
        const identity = addressIdentity(spelled(address, 0))
        expect(identity).toBeDefined()
        expect(addressIdentity(spelled(address, form))).toBe(identity)
      }),
    )
  })

  test('addresses in the same /64 are one caller, and in different ones two', () => {
    fc.assert(
      fc.property(
        groups,
        groups,
        fc.nat(3),
        fc.integer({ min: 1, max: 0xffff }),
        (left, right, index, change) => {
          const neighbour = [...left.slice(0, 4), ...right.slice(4)]
          fc.pre(!isMapped(left) && !isMapped(neighbour))
          expect(addressIdentity(spelled(neighbour, 0))).toBe(addressIdentity(spelled(left, 0)))
          const stranger = left.map((group, at) => (at === index ? group ^ change : group))
          expect(addressIdentity(spelled(stranger, 0))).not.toBe(addressIdentity(spelled(left, 0)))
        },
      ),
    )
  })

  test.each([
    '::ffff:1.2.3.4',
    '::FFFF:1.2.3.4',
    '::ffff:102:304',
    '0:0:0:0:0:ffff:1.2.3.4',
    '0:0:0:0:0:FFFF:0102:0304',
  ])('an IPv4 address that came through an IPv6 socket is the IPv4 address: %s', (address) => {
    expect(addressIdentity(address)).toBe('1.2.3.4')
  })

  test.each([
    '',
    ' ',
    'unknown',
    'localhost',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.04',
    '0x1.2.3.4',
    '1.2.3.4 ',
    '1.2.3.4\n',
    '1.2.3.4:80',
    '1.2.3.4/32',
    '16909060',
    '1.2.3.4, 5.6.7.8',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '[::1]',
    '[::1]:80',
    '::1/128',
    '2001:db8::/64',
    'fe80::1%eth0',
    '::ffff:1.2.3.4%eth0',
    '::ffff:1.2.3.256',
    '::ffff:01.2.3.4',
    '::ffff:1.2.3',
    '١.٢.٣.٤',
    '1'.repeat(100_000),
    ':'.repeat(100_000),
    `::ffff:${'1.'.repeat(50_000)}`,
  ])('what is no address has no identity, so that nobody shares one with it: %j', (text) => {
    expect(addressIdentity(text)).toBeUndefined()
  })

  test('whatever the text, it is an identity in the canonical form or none at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.%/]{0,30}$/)), (text) => {
        const identity = addressIdentity(text)
        fc.pre(identity !== undefined)
        expect(addressIdentity(identity?.replace('/64', '') ?? '')).toBe(identity)
      }),
    )
  })
})

describe('an address range', () => {
  test('is an address and the length of its prefix', () => {
    expect(addressRange('203.0.113.0/24')).toEqual({ address: '203.0.113.0', prefixBits: 24, family: 'ipv4' })
    expect(addressRange('2001:db8::/32')).toEqual({ address: '2001:db8::', prefixBits: 32, family: 'ipv6' })
    expect(addressRange('0.0.0.0/0')).toMatchObject({ prefixBits: 0 })
    expect(addressRange('::/0')).toMatchObject({ prefixBits: 0 })
    expect(addressRange('1.2.3.4/32')).toMatchObject({ prefixBits: 32 })
  })

  test('a single address is a range of its own; of IPv6, the /64 that its caller can move about in', () => {
    expect(addressRange('203.0.113.7')).toMatchObject({ prefixBits: 32, family: 'ipv4' })
    expect(addressRange('2001:db8::7')).toMatchObject({ prefixBits: 64, family: 'ipv6' })
    expect(addressRange('2001:db8::7/128')).toMatchObject({ prefixBits: 64 })
    expect(addressRange('2001:db8::/65')).toMatchObject({ prefixBits: 64 })
    expect(addressRange('2001:db8::/63')).toMatchObject({ prefixBits: 63 })
  })

  test('an IPv4 range written as one of IPv6 is the IPv4 range', () => {
    expect(addressRange('::ffff:1.2.3.4')).toEqual({ address: '1.2.3.4', prefixBits: 32, family: 'ipv4' })
    expect(addressRange('::ffff:102:0/112')).toEqual({ address: '1.2.0.0', prefixBits: 16, family: 'ipv4' })
    expect(addressRange('::ffff:0:0/96')).toMatchObject({ prefixBits: 0, family: 'ipv4' })
    expect(addressRange('::ffff:0:0/95')).toBeUndefined()
  })

  test.each([
    '',
    '/',
    '/24',
    '1.2.3.4/',
    '1.2.3.4/33',
    '1.2.3.4/-1',
    '1.2.3.4/+8',
    '1.2.3.4/8.5',
    '1.2.3.4/1e1',
    '1.2.3.4/ 8',
    '1.2.3.4/0008',
    '1.2.3.4/24/24',
    '1.2.3/24',
    '01.2.3.4/24',
    '1.2.3.4:80/24',
    '::/129',
    '::/1000',
    'fe80::1%eth0',
    'fe80::%eth0/64',
    'ada',
  ])('nothing else is one: %j', (text) => {
    expect(addressRange(text)).toBeUndefined()
  })
})

/** Ranges that are found by their own text. */
const rangesIn = (...texts: readonly string[]) =>
  rangeIndex(
    texts.map((text) => {
      const range = addressRange(text)
      if (range === undefined) throw new Error(`"${text}" is not a range.`)
      return [range, text] as const
    }),
  )

/** The address with these 32 bits. */
const ipv4Text = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')

describe('the ranges that an address lies in', () => {
  test('all of those that hold it', () => {
    const rangesOf = rangesIn('10.0.0.0/8', '10.1.0.0/16', '10.1.2.3', '10.1.2.4')
    expect(rangesOf('10.1.2.3')).toEqual(['10.0.0.0/8', '10.1.0.0/16', '10.1.2.3'])
    expect(rangesOf('10.255.0.1')).toEqual(['10.0.0.0/8'])
    expect(rangesOf('11.0.0.0')).toEqual([])
  })

  test('from the first address of a range to its last, and not one beyond', () => {
    const rangesOf = rangesIn('203.0.113.64/26')
    const isIn = (last: number) => rangesOf(`203.0.113.${last}`).length > 0
    expect([63, 64, 127, 128].map(isIn)).toEqual([false, true, true, false])
  })

  test('an IPv6 caller is found by its identity as by its address, in any spelling', () => {
    const rangesOf = rangesIn('2001:db8::/32', '2001:DB8:0:1::/64', '2001:db8:0:2::7')
    expect(rangesOf('2001:db8:0:1::/64')).toEqual(['2001:db8::/32', '2001:DB8:0:1::/64'])
    expect(rangesOf('2001:0db8:0000:0001::9')).toEqual(['2001:db8::/32', '2001:DB8:0:1::/64'])
    expect(rangesOf('2001:db8:0:2::/64')).toEqual(['2001:db8::/32', '2001:db8:0:2::7'])
    expect(rangesOf('2001:db9::/64')).toEqual([])
  })

  test('an IPv4 caller is found by its mapped address too', () => {
    const rangesOf = rangesIn('1.2.0.0/16', '::ffff:1.2.3.4')
    for (const address of ['1.2.3.4', '::ffff:1.2.3.4', '::ffff:102:304'])
      expect(rangesOf(address)).toEqual(['1.2.0.0/16', '::ffff:1.2.3.4'])
  })

  test('no IPv4 address lies in a range of IPv6, nor the other way round', () => {
    expect(rangesIn('::/0', '::1', '::/64')('9.9.9.9')).toEqual([])
    expect(rangesIn('0.0.0.0/0')('2001:db8::1')).toEqual([])
    expect(rangesIn('0.0.0.0/0')('9.9.9.9')).toEqual(['0.0.0.0/0'])
  })

  test('what is no address lies in none', () => {
    const rangesOf = rangesIn('0.0.0.0/0', '::/0')
    for (const text of ['', 'ada', 'ada/64', '/64', 'fe80::1%eth0', '1.2.3.4:80'])
      expect(rangesOf(text)).toEqual([])
  })

  test('an address is in a range when the bits of the prefix are the same', () => {
    const number = fc.nat(0xffff_ffff)
    fc.assert(
      fc.property(number, number, fc.nat(32), fc.nat(32), (base, other, bits, flipped) => {
        const near = flipped === 32 ? base : (base ^ (1 << flipped)) >>> 0
        const rangesOf = rangesIn(`${ipv4Text(base)}/${bits}`)
        for (const address of [near, other]) {
          const isSame = bits === 0 || base >>> (32 - bits) === address >>> (32 - bits)
          expect(rangesOf(ipv4Text(address))).toHaveLength(isSame ? 1 : 0)
        }
      }),
    )
  })
})
