import { BlockList, isIP, isIPv4, SocketAddress } from 'node:net'

/** An IPv4 address that came in through an IPv6 socket. */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** The eight groups of an IPv6 address; a valid one is taken for granted. */
function groupsOf(address: string): readonly string[] {
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
  const address = MAPPED.exec(text)?.[1] ?? text
  if (isIPv4(address)) return address
  if (isIP(address) === 0 || address.includes('%')) return undefined
  // Written in the canonical way (RFC 5952), whatever the way it came in.
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address
  const plain = canonical.includes('.') ? undefined : canonical
  if (plain === undefined) return undefined
  const network = groupsOf(plain).slice(0, 4).join(':')
  return `${new SocketAddress({ address: `${network}::`, family: 'ipv6' }).address}/64`
}

/** An address range. */
export interface AddressRange {
  readonly address: string
  readonly prefixBits: number
  readonly family: 'ipv4' | 'ipv6'
}

/**
 * Reads `203.0.113.0/24`, `2001:db8::/32`, or a single address.
 * @returns `undefined` when it is neither
 */
export function addressRange(text: string): AddressRange | undefined {
  const [address = '', bits, ...rest] = text.split('/')
  const version = isIP(address)
  if (version === 0 || address.includes('%') || rest.length > 0) return undefined
  const maxBits = version === 4 ? 32 : 128
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return undefined
  const prefixBits = bits === undefined ? maxBits : Number(bits)
  if (prefixBits > maxBits) return undefined
  return { address, prefixBits, family: version === 4 ? 'ipv4' : 'ipv6' }
}

/** Finds what stands for the ranges that an address lies in. */
export function rangeIndex<T>(
  ranges: readonly (readonly [AddressRange, T])[],
): (address: string) => readonly T[] {
  const lists = ranges.map(([{ address, prefixBits, family }, value]) => {
    const list = new BlockList()
    list.addSubnet(address, prefixBits, family)
    return { list, value }
  })
  return (address) => {
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    return lists.filter(({ list }) => list.check(address, family)).map(({ value }) => value)
  }
}
