import type { Hash } from './flag.ts'
import { flagd } from './hashes/flagd.ts'
import { growthbook1, growthbook2 } from './hashes/growthbook.ts'
import { BUCKETS, type Hasher } from './hashes/hasher.ts'
import { launchdarkly } from './hashes/launchdarkly.ts'
import { unleash, unleashVariant } from './hashes/unleash.ts'
import { begin, murmur3With } from './murmur3.ts'

/** How many buckets there are for each of the 2³² hashes. */
const BUCKETS_OF_ONE = BUCKETS / 2 ** 32

/** `floor(h · 100000 / 2³²)`, h of `salt:id`: all buckets are equally large to a 40,000th. */
const murmur3: Hasher = (salt) => {
  const begun = begin(`${salt}:`)
  return (id) => ((murmur3With(begun, id) >>> 0) * BUCKETS_OF_ONE) | 0
}

/** How each vendor, and Midwatch itself, puts an id under a salt into one of 100,000 buckets. */
export const HASHERS: Readonly<Record<Hash, Hasher>> = {
  murmur3,
  unleash,
  'unleash-variant': unleashVariant,
  'growthbook-1': growthbook1,
  'growthbook-2': growthbook2,
  launchdarkly,
  flagd,
}
