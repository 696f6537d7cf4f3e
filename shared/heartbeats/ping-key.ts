import { createHmac } from 'node:crypto'

/**
 * The UUID in a heartbeat check's ping address: derived from the deployment's signing key, so that no definition holds
 * a secret and nobody can guess another job's address. Formed as a version 8 UUID (RFC 9562, section 5.8).
 */
export function pingKeyOf(signingKey: Uint8Array, checkId: string): string {
  const bytes = createHmac('sha256', signingKey).update(`heartbeat:${checkId}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** Where a watched job reports. */
export const pingPathOf = (signingKey: Uint8Array, checkId: string): string =>
  `/ping/${pingKeyOf(signingKey, checkId)}`
