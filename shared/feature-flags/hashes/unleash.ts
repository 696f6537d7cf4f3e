import { bucketOfPart, type Hasher } from './hasher.ts'
import { LOW_BYTE, utf16Murmur3 } from './utf16-murmur3.ts'

/** The seed of the hash that chooses variants, so that it knows nothing of who is in. */
const VARIANT_SEED = 86_028_157

/** Variants have weights of a thousand together, unless they were written by hand. */
const USUAL_WEIGHTS = 1_000

/** Who is in: whole percents, `murmur3(group:id) mod 100` (unleash-client 6, `strategy/util.ts`). */
export const unleash: Hasher = (salt) => {
  const hash = utf16Murmur3(`${salt}:`, LOW_BYTE)
  return (id) => (hash(id) % 100) * 1_000
}

/** Which variant: `murmur3(group:id) mod` all weights together, with a seed of its own. */
export const unleashVariant: Hasher = (salt, scale = USUAL_WEIGHTS) => {
  const hash = utf16Murmur3(`${salt}:`, LOW_BYTE, VARIANT_SEED)
  return (id) => bucketOfPart(hash(id) % scale, scale)
}
