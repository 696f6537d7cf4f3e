import type { Hasher } from './hasher.ts'

/** FNV-1a, 32 bits, over UTF-16 code units (Fowler, Noll and Vo). */
const FNV_BASIS = 0x811c9dc5 | 0
const FNV_PRIME = 0x01000193

/** @returns a signed 32-bit number, which a hash goes on from faster than from an unsigned one */
function fnv1a(text: string, begun = FNV_BASIS): number {
  let hash = begun
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME)
  return hash
}

/** The older, biased one, to a thousandth: the id comes first (@growthbook/growthbook 1, `util.ts`). */
export const growthbook1: Hasher = (salt) => (id) => ((fnv1a(salt, fnv1a(id)) >>> 0) % 1_000) * 100

/** To a ten-thousandth: the hash of the hash, as decimal digits. */
export const growthbook2: Hasher = (salt) => {
  const begun = fnv1a(salt)
  return (id) => ((fnv1a(String(fnv1a(id, begun) >>> 0)) >>> 0) % 10_000) * 10
}
