import { hash } from 'node:crypto'
import { BUCKETS, type Hasher } from './hasher.ts'

const TWO_TO_28 = 2 ** 28
const TWO_TO_60 = 2 ** 60

/**
 * The bucket of a position. LaunchDarkly compares positions with hundred-thousandths, both in floating point; so is this,
 * because the product of the two may have been rounded over a bound.
 * @param position from 0 to 1
 */
export function bucketOfPosition(position: number): number {
  const bucket = Math.min(Math.floor(position * BUCKETS), BUCKETS - 1)
  if (position < bucket / BUCKETS) return bucket - 1
  return bucket < BUCKETS - 1 && position >= (bucket + 1) / BUCKETS ? bucket + 1 : bucket
}

/**
 * The first 60 bits of SHA-1 of `salt.id` (js-server-sdk-common 2, `Bucketer.ts`). The salt is `flag key.salt of the flag`, or
 * a rollout's seed.
 */
export const launchdarkly: Hasher = (salt) => {
  const prefix = `${salt}.`
  return (id) => {
    const digest = hash('sha1', prefix + id, 'buffer')
    return bucketOfPosition((digest.readUInt32BE(0) * TWO_TO_28 + (digest.readUInt32BE(4) >>> 4)) / TWO_TO_60)
  }
}
