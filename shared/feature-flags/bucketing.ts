import type { Bucketing } from './flag.ts'
import { HASHERS } from './hashes.ts'
import { BUCKETS } from './hashes/hasher.ts'

export { BUCKETS }

/** The bucket of an id, from 0 to 99,999; always the same one. */
export type Bucketer = (id: string) => number

/** How ids are put into buckets. The first share begins in bucket 0, so a start further on turns them all. */
export function bucketerOf({ hash, salt, scale, start = 0 }: Bucketing, flagKey: string): Bucketer {
  const bucketOf = HASHERS[hash](salt ?? flagKey, scale)
  if (start === 0) return bucketOf
  const turned = BUCKETS - Math.round(start * 1_000)
  return (id) => (bucketOf(id) + turned) % BUCKETS
}
