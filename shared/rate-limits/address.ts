import { BlockList, isIP, isIPv4, SocketAddress } from 'node:net'

/** An IPv4 address that came in through an IPv6 socket, written in the canonical way. */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/

/** Ends the identity of an IPv6 caller. */
const NETWORK = '/64'

/** A valid IPv6 address written in the canonical way (RFC 5952), whatever the way it came in. */
const canonical = (address: string): string => new SocketAddress({ address, family: 'ipv6' }).address

/** The eight groups of an IPv6 address; a valid one is taken for granted. */
export function groupsOf(address: string): readonly string[] {
  const [head = '', tail] = address.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - front.length - back.length }, () => '0')
  return tail === undefined ? front : [...front, ...zeros, ...back]
}

/**
 * What a client's address is counted by: an IPv4 address itself, the /64 network of an IPv6 address, since every customer
 * of a provider has at least one of those to himself and can change the rest of the address at will.
 * @returns `undefined` when the text is not an IP address
 */
export function addressIdentity(text: string): string | undefined {
  if (isIPv4(text)) return text
  if (isIP(text) === 0 || text.includes('%')) return undefined
  const address = canonical(text)
  const mapped = MAPPED.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  const network = groupsOf(address).slice(0, 4).join(':')
  return `${canonical(`${network}::`)}${NETWORK}`
}

/** An address range. */
export interface AddressRange {
  readonly address: string
  readonly prefixBits: number
  readonly family: 'ipv4' | 'ipv6'
}

const IPV4_BITS = 32
const IPV6_BITS = 128
const NETWORK_BITS = 64

function ipv6Range(address: string, prefixBits: number): AddressRange | undefined {
  const mapped = MAPPED.exec(canonical(address))?.[1]
  // Callers are known by their /64, so that nothing narrower would ever find anybody.
  if (mapped === undefined) return { address, prefixBits: Math.min(prefixBits, NETWORK_BITS), family: 'ipv6' }
  const mappedBits = prefixBits - (IPV6_BITS - IPV4_BITS)
  return mappedBits < 0 ? undefined : { address: mapped, prefixBits: mappedBits, family: 'ipv4' }
}

/**
 * Reads `203.0.113.0/24`, `2001:db8::/32`, or a single address. An IPv6 address stands for its /64, as a caller's does.
 * @returns `undefined` when it is neither
 */
export function addressRange(text: string): AddressRange | undefined {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || address.includes('%') || rest.length > 0) return undefined
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return undefined
  const maxBits = version === 4 ? IPV4_BITS : IPV6_BITS
  const prefixBits = bits === undefined ? maxBits : Number(bits)
  if (prefixBits > maxBits) return undefined
  return version === 4 ? { address, prefixBits, family: 'ipv4' } : ipv6Range(address, prefixBits)
}

/** The address that an identity, or an address in any spelling, is looked for by. */
function lookedFor(text: string): string | undefined {
  const identity = text.endsWith(NETWORK) ? text : addressIdentity(text)
  return identity?.replace(NETWORK, '')
}

/**
 * Finds what stands for the ranges that an address lies in.
 * @returns takes an address or the identity of one (`addressIdentity`); what is neither lies in no range
 */
export function rangeIndex<T>(
  ranges: readonly (readonly [AddressRange, T])[],
): (text: string) => readonly T[] {
  const lists = ranges.map(([{ address, prefixBits, family }, value]) => {
    const list = new BlockList()
    list.addSubnet(address, prefixBits, family)
    return { list, family, value }
  })
  return (text) => {
    const address = lookedFor(text)
    if (address === undefined) return []
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    // To a list, every IPv4 address lies in ::/64.
    const around = lists.filter((entry) => entry.family === family && entry.list.check(address, family))
    return around.map(({ value }) => value)
  }
}
