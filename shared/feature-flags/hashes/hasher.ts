/** How many buckets there are: a percentage is precise to 0.001. */
export const BUCKETS = 100_000

/**
 * How a vendor puts ids into buckets: whatever bound its definitions can have lies on the edge of a bucket, so that shares
 * of Midwatch hold the same ids.
 * @param salt what the vendor hashes together with each id
 * @param scale how many parts the vendor divides everybody into, where a flag of its own says so
 * @returns the bucket of an id, from 0 to 99,999
 */
export type Hasher = (salt: string, scale?: number) => (id: string) => number

/**
 * The first bucket of one of many equally large parts. No two parts share a bucket as long as there are no more parts
 * than buckets.
 * @param part counted from 0; `scale` itself for the end of the last one
 */
export const bucketOfPart = (part: number, scale: number): number => Math.floor((part * BUCKETS) / scale)
