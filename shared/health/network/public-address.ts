import { BlockList, isIP } from 'node:net'

/**
 * IPv4 blocks that are not globally reachable unicast
 * (https://www.iana.org/assignments/iana-ipv4-special-registry), plus multicast.
 */
const REFUSED_IPV4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8], // loopback; the Lambda runtime API listens there
  ['169.254.0.0', 16], // link-local: instance metadata and container credentials
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // IETF protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarking
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
]

/**
 * Exceptions to 2000::/3, the only IPv6 block that holds global unicast addresses. Everything outside it (loopback,
 * IPv4-mapped and -compatible, NAT64, discard-only, unique local, link-local, site-local, multicast) is refused anyway
 * (https://www.iana.org/assignments/iana-ipv6-special-registry).
 */
const REFUSED_IPV6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23], // IETF protocol assignments: Teredo (embeds IPv4), benchmarking, ORCHID
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4: embeds an IPv4 address
  ['3ffe::', 16], // the former 6bone
  ['3fff::', 20], // documentation
]

const refused = new BlockList()
for (const [network, prefix] of REFUSED_IPV4) refused.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of REFUSED_IPV6) refused.addSubnet(network, prefix, 'ipv6')

const globalIpv6 = new BlockList()
globalIpv6.addSubnet('2000::', 3, 'ipv6')

/**
 * Says whether an address is globally reachable unicast, so that a probe from the internet's side may connect to it.
 * Addresses that embed an IPv4 address are refused whatever they embed: some translator may unpack them.
 * @param address an IPv4 or IPv6 literal without brackets; anything else, a zone (`%eth0`) included, is not public
 */
export function isPublicAddress(address: string): boolean {
  if (address.includes('%')) return false
  switch (isIP(address)) {
    case 4:
      return !refused.check(address, 'ipv4')
    case 6:
      return globalIpv6.check(address, 'ipv6') && !refused.check(address, 'ipv6')
    default:
      return false
  }
}
