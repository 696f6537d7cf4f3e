import type { Table } from '../kernel/table/table.ts'
import type { Key } from '../kernel/table/types.ts'
import { EMPTY_IMAGE, OVERRIDE_ATTRIBUTE, spreadUntil, type CounterImage } from './counter.ts'
import { shardKey, SHARDS } from './sharding.ts'
import { isCounterName } from './windows.ts'

/** Sorts what an item holds by type, as the counters have it. */
function imageOf(item: Readonly<Record<string, unknown>>): CounterImage {
  const override = item[OVERRIDE_ATTRIBUTE]
  const numbers = Object.entries(item).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  )
  return {
    numbers: Object.fromEntries(numbers),
    texts: typeof override === 'string' ? { [OVERRIDE_ATTRIBUTE]: override } : {},
  }
}

async function read(table: Table, keys: readonly Key[]): Promise<ReadonlyMap<string, CounterImage>> {
  const distinct = new Map(keys.map((key) => [key.pk, key]))
  const found = await table.getMany<Readonly<Record<string, unknown>>>([...distinct.values()])
  return new Map(found.map(({ key, item }) => [key.pk, imageOf(item)]))
}

const SHARD_NUMBERS = Array.from({ length: SHARDS }, (_, shard) => shard)

const shardsOf = (key: Key) => SHARD_NUMBERS.map((shard) => shardKey(key, shard))

/** A counter with what its shards have counted. Buckets are numbered alike everywhere; the newest one counts as written to. */
function together({ numbers, texts }: CounterImage, shards: readonly CounterImage[]): CounterImage {
  const sums = { ...numbers }
  for (const [name, value] of shards.flatMap((shard) => Object.entries(shard.numbers))) {
    const known = sums[name] ?? 0
    sums[name] = isCounterName(name) ? known + value : Math.max(known, value)
  }
  return { numbers: sums, texts }
}

/**
 * Reads counters without taking anything.
 * @returns the counter of each key, in the same order; an empty one where nothing has been counted
 */
export async function readCounters(table: Table, keys: readonly Key[]): Promise<readonly CounterImage[]> {
  const images = await read(table, keys)
  const isSharded = ({ pk }: Key) => spreadUntil(images.get(pk) ?? EMPTY_IMAGE) >= 0
  const shards = await read(table, keys.filter(isSharded).flatMap(shardsOf))
  return keys.map((key) => {
    const image = images.get(key.pk) ?? EMPTY_IMAGE
    const parts = isSharded(key) ? shardsOf(key).flatMap(({ pk }) => shards.get(pk) ?? []) : []
    return together(image, parts)
  })
}
