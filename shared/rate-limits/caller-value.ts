import { SocketAddress } from 'node:net'
import { addressIdentity, addressRange, groupsOf, type AddressRange } from './address.ts'
import type { LimitScope } from './rule.ts'

/** What a person writes of a caller, as the limiter knows that caller; or why it cannot be that. */
export type CallerValue =
  | { readonly value: string; readonly wrong?: undefined }
  | { readonly value?: undefined; readonly wrong: string }

/** How many bits of an address one caller has. */
const CALLER_BITS = { ipv4: 32, ipv6: 64 } as const
/** A wider range is a slip of the hand: it would block a good part of the internet. */
const WIDEST_BITS = { ipv4: 8, ipv6: 16 } as const

const isOneCaller = ({ family, prefixBits }: AddressRange): boolean => prefixBits === CALLER_BITS[family]

/** The first bits of an address; the others are 0. */
const masked = (groups: readonly number[], groupBits: number, prefixBits: number): readonly number[] =>
  groups.map((group, index) => {
    const cutBits = Math.min(groupBits, Math.max(0, (index + 1) * groupBits - prefixBits))
    return (group >> cutBits) << cutBits
  })

/** A range by its first address, so that equal ranges have equal texts. */
function networkText({ address, prefixBits, family }: AddressRange): string {
  if (family === 'ipv4') {
    return `${masked(address.split('.').map(Number), 8, prefixBits).join('.')}/${prefixBits}`
  }
  // A URL never writes the end of an address the way of IPv4 (WHATWG URL, "IPv6 serializer").
  const hexadecimal = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const groups = groupsOf(hexadecimal).map((group) => Number.parseInt(group, 16))
  const network = masked(groups, 16, prefixBits).map((group) => group.toString(16))
  return `${new SocketAddress({ address: network.join(':'), family }).address}/${prefixBits}`
}

/** One caller, for an override: an address is read the way callers' addresses are, everything else stays as it is. */
export function oneCaller(scope: LimitScope, text: string): CallerValue {
  if (scope !== 'ip') return { value: text }
  const range = addressRange(text)
  const value = range !== undefined && isOneCaller(range) ? addressIdentity(range.address) : undefined
  return value === undefined ? { wrong: 'must be an IPv4 or IPv6 address' } : { value }
}

/** One caller or a range of addresses, for a block. */
export function callerOrRange(scope: LimitScope, text: string): CallerValue {
  if (scope !== 'ip') return { value: text }
  const range = addressRange(text)
  if (range === undefined) {
    return { wrong: 'must be an IP address, or a range of them such as 2001:db8::/32' }
  }
  if (isOneCaller(range)) return oneCaller(scope, text)
  if (range.prefixBits < WIDEST_BITS[range.family]) {
    return { wrong: 'is too wide a range: at most /8 of IPv4, or /16 of IPv6, can be blocked at once' }
  }
  return { value: networkText(range) }
}
