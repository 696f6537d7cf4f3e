import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPublicAddress } from '../../../shared/health/network/public-address.ts'

const HOSTILE = [
  // this network, loopback
  '0.0.0.0',
  '0.255.255.255',
  '127.0.0.1',
  '127.1.2.3',
  '127.255.255.255',
  // private and carrier-grade NAT
  '10.0.0.0',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '192.168.255.255',
  '100.64.0.0',
  '100.127.255.255',
  // link-local: metadata of instances and containers
  '169.254.0.1',
  '169.254.169.253',
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  // IETF, documentation, relays, benchmarking
  '192.0.0.1',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '198.18.0.0',
  '198.19.255.255',
  '198.51.100.7',
  '203.0.113.255',
  // multicast, reserved, broadcast
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  // IPv6: unspecified, loopback, unique local, link-local, site-local, multicast
  '::',
  '::1',
  '0:0:0:0:0:0:0:1',
  'fc00::1',
  'fd00:ec2::254',
  'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
  'fe80::1',
  'febf::1',
  'fec0::1',
  'feff::1',
  'ff02::1',
  'ff0e::1',
  // IPv4 inside IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '0:0:0:0:0:ffff:a9fe:a9fe',
  '::ffff:169.254.169.254',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  '::7f00:1',
  '::10.0.0.1',
  '::8.8.8.8',
  '::ffff:0:127.0.0.1',
  '64:ff9b::127.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b::8.8.8.8',
  '64:ff9b:1::1',
  '64:ff9b:1:ffff:ffff:ffff:ffff:ffff',
  '2002:7f00:1::',
  '2002:a9fe:a9fe::1',
  '2002:808:808::1',
  '2001::1',
  '2001:0:ffff:ffff:ffff:ffff:ffff:ffff',
  '2001:0:7f00:1::',
  // IPv6: protocol assignments, documentation, discard-only, SRv6, unallocated
  '2001:2::1',
  '2001:10::1',
  '2001:20::1',
  '2001:1ff:ffff::1',
  '2001:db8::1',
  '3fff::1',
  '3fff:fff:ffff::1',
  '3ffe::1',
  '100::1',
  '100:0:0:1::1',
  '5f00::1',
  '1fff:ffff::1',
  '4000::1',
  // with a zone
  'fe80::1%eth0',
  '::1%lo',
  '2606:4700:4700::1111%eth0',
  // not literals, though some resolvers accept them as addresses
  '',
  ' ',
  'localhost',
  'example.com',
  '127.1',
  '2130706433',
  '0x7f000001',
  '0177.0.0.1',
  '0x7f.0.0.1',
  '127.0.0.1.',
  '127.0.0.1:80',
  ' 127.0.0.1',
  '8.8.8.8 ',
  '8.8.8.08',
  '[::1]',
  '[2606:4700:4700::1111]',
  '::ffff:127.0.0.1/96',
  '１２７.0.0.1',
]

const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '52.95.110.1',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2001:200::1',
  '2001:4860:4860::8888',
  '2003::1',
  '2606:4700:4700::1111',
  '2a05:d018::1',
  '3fff:1000::1',
]

const ipv4 = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255)).map((bytes) => bytes.join('.'))

describe('isPublicAddress', () => {
  test.each(HOSTILE)('refuses %j', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  test.each(PUBLIC)('accepts %j', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })

  test('refuses every IPv4 address that is embedded in an IPv6 address', () => {
    fc.assert(
      fc.property(
        ipv4,
        fc.constantFrom('::', '::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::'),
        (v4, prefix) => {
          expect(isPublicAddress(`${prefix}${v4}`)).toBe(false)
        },
      ),
    )
  })

  test('refuses every 6to4 address', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffff), (high, low) => {
        expect(isPublicAddress(`2002:${high.toString(16)}:${low.toString(16)}::1`)).toBe(false)
      }),
    )
  })

  test('never throws, and accepts no text that is not an address', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(isPublicAddress(`${text}g`)).toBe(false)
      }),
    )
  })
})
