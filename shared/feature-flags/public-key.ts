import { createHmac, timingSafeEqual } from 'node:crypto'

const KEY_BYTES = 18

/** The key that browsers send: derived from the deployment's signing key, so that nothing has to keep it. */
export const publicKeyOf = (signingKey: Uint8Array): string =>
  `pk_${createHmac('sha256', signingKey).update('public-flags').digest().subarray(0, KEY_BYTES).toString('base64url')}`

/** Whether this is the deployment's public key. */
export function isPublicKey(signingKey: Uint8Array, sent: string | undefined): boolean {
  if (sent === undefined) return false
  const [own, other] = [Buffer.from(publicKeyOf(signingKey)), Buffer.from(sent)]
  return own.length === other.length && timingSafeEqual(own, other)
}
