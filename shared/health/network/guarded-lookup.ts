import { lookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { ProbeFailure } from '../failure.ts'
import { isPublicAddress } from './public-address.ts'

const refusal = () => new ProbeFailure('denied', 'The address is private; set reachesPrivate to allow it')

/**
 * A `lookup` for `net.connect` that gives public addresses only. The socket connects to what this returns, so a name that
 * resolves to something else a moment later (DNS rebinding) cannot slip through. One private address among several is
 * enough to refuse. IP literals never reach a lookup: check them with `assertPublicLiteral`.
 */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, [])
    const [first] = addresses
    if (!first || !addresses.every(({ address }) => isPublicAddress(address))) return callback(refusal(), [])
    if (options.all) return callback(null, addresses)
    callback(null, first.address, first.family)
  })
}

/**
 * Refuses a host that is written as a private address. Names and unusual spellings (`127.1`) pass: they go through the lookup.
 * @param host a name or an IP literal without brackets
 * @throws ProbeFailure `denied`
 */
export function assertPublicLiteral(host: string): void {
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw refusal()
}
