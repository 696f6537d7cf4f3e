import { bucketOfPart, BUCKETS, type Hasher } from './hasher.ts'
import { utf16Murmur3, WHOLE_UNIT } from './utf16-murmur3.ts'

const TWO_TO_32 = 2 ** 32

/**
 * `murmur3(salt + id) · scale / 2³²`, nothing between the two (flagd-core 4, `fractional.ts`, over imurmurhash). Each part of the
 * scale is divided evenly into the buckets that it has, so that a rollout goes on in steps of a bucket.
 * @param scale all weights of a `fractional` together; needed where buckets do not divide by it
 */
export const flagd: Hasher = (salt, scale = BUCKETS) => {
  const hash = utf16Murmur3(salt, WHOLE_UNIT)
  return (id) => {
    const position = hash(id) * scale
    const part = Math.floor(position / TWO_TO_32)
    const first = bucketOfPart(part, scale)
    const size = bucketOfPart(part + 1, scale) - first
    return first + Math.floor(((position % TWO_TO_32) * size) / TWO_TO_32)
  }
}
