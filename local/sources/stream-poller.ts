import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
  type DynamoDBStreamsClient,
  type Shard,
} from '@aws-sdk/client-dynamodb-streams'
import { setTimeout as delay } from 'node:timers/promises'
import type { Checkpoints } from './checkpoints.ts'
import type { Poller } from './queue-poller.ts'
import { deliverBatch, isWanted, sequenceOf, type StreamTarget } from './stream-delivery.ts'

export interface StreamPollerOptions {
  readonly streams: DynamoDBStreamsClient
  readonly streamArn: string
  readonly target: StreamTarget
  readonly checkpoints: Checkpoints
  readonly onError: (error: unknown) => void
}

/** Lambda asks each shard four times a second. */
const IDLE_MS = 250
const PAUSE_AFTER_ERROR_MS = 1_000
/** How often it is looked whether shards were split. */
const SHARDS_EVERY_MS = 10_000
const MAX_READ = 1_000

/** What is known of one shard between two reads. */
interface Cursor {
  iterator: string | undefined
  ended: boolean
}

const isTrimmed = (error: unknown): boolean =>
  error instanceof Error && error.name === 'TrimmedDataAccessException'

/** Reads a stream's shards in turn, parents before their children, and delivers what it finds. */
class StreamReader {
  private readonly options: StreamPollerOptions
  private readonly signal: AbortSignal
  private readonly cursors = new Map<string, Cursor>()
  private shards: readonly Shard[] = []
  private shardsReadMs = Number.NEGATIVE_INFINITY

  constructor(options: StreamPollerOptions, signal: AbortSignal) {
    this.options = options
    this.signal = signal
  }

  async run(): Promise<void> {
    while (!this.signal.aborted) {
      let pauseMs = IDLE_MS
      try {
        if (await this.readAll()) pauseMs = 0
      } catch (error) {
        if (this.signal.aborted) return
        // Iterators may have expired meanwhile; new ones start from the checkpoints.
        this.cursors.clear()
        this.options.onError(error)
        pauseMs = PAUSE_AFTER_ERROR_MS
      }
      await delay(pauseMs, undefined, { signal: this.signal }).catch(() => undefined)
    }
  }

  /** @returns whether there was anything to read */
  private async readAll(): Promise<boolean> {
    await this.findShards()
    let found = false
    for (const shard of this.shards) {
      if (this.signal.aborted || !this.mayRead(shard)) continue
      if (await this.readShard(shard.ShardId ?? '')) found = true
    }
    return found
  }

  private async findShards(): Promise<void> {
    if (performance.now() - this.shardsReadMs < SHARDS_EVERY_MS) return
    const shards: Shard[] = []
    let ExclusiveStartShardId: string | undefined
    do {
      const command = new DescribeStreamCommand({ StreamArn: this.options.streamArn, ExclusiveStartShardId })
      const { StreamDescription } = await this.options.streams.send(command, { abortSignal: this.signal })
      shards.push(...(StreamDescription?.Shards ?? []))
      ExclusiveStartShardId = StreamDescription?.LastEvaluatedShardId
    } while (ExclusiveStartShardId !== undefined)
    this.shards = shards
    this.shardsReadMs = performance.now()
  }

  private mayRead({ ShardId = '', ParentShardId }: Shard): boolean {
    if (this.cursors.get(ShardId)?.ended === true) return false
    const parentIsHere = this.shards.some((shard) => shard.ShardId === ParentShardId)
    return !parentIsHere || this.cursors.get(ParentShardId ?? '')?.ended === true
  }

  private async iteratorFor(shardId: string): Promise<string | undefined> {
    const { streams, streamArn, checkpoints } = this.options
    const place = { StreamArn: streamArn, ShardId: shardId }
    const from = async (sequenceNumber: string | undefined) => {
      const command = new GetShardIteratorCommand(
        sequenceNumber === undefined
          ? { ...place, ShardIteratorType: 'TRIM_HORIZON' }
          : { ...place, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: sequenceNumber },
      )
      return (await streams.send(command, { abortSignal: this.signal })).ShardIterator
    }
    try {
      return await from(checkpoints.get(shardId))
    } catch (error) {
      if (isTrimmed(error)) return from(undefined)
      throw error
    }
  }

  private async readShard(shardId: string): Promise<boolean> {
    const iterator = this.cursors.get(shardId)?.iterator ?? (await this.iteratorFor(shardId))
    const command = new GetRecordsCommand({ ShardIterator: iterator, Limit: MAX_READ })
    const { Records = [], NextShardIterator } = await this.options.streams.send(command, {
      abortSignal: this.signal,
    })
    await this.deliver(shardId, Records)
    this.cursors.set(shardId, { iterator: NextShardIterator, ended: NextShardIterator === undefined })
    return Records.length > 0
  }

  private async deliver(shardId: string, records: readonly StreamRecord[]): Promise<void> {
    const { target, streamArn, checkpoints } = this.options
    const wanted = records.filter((record) => isWanted(record, target.keyPrefix))
    const progress = (record: StreamRecord) => checkpoints.set(shardId, sequenceOf(record))
    for (let start = 0; start < wanted.length && !this.signal.aborted; start += target.batchSize) {
      const batch = wanted.slice(start, start + target.batchSize)
      await deliverBatch(target, streamArn, batch, progress, this.signal)
    }
    const last = records.at(-1)
    if (last !== undefined && !this.signal.aborted) await progress(last)
  }
}

/**
 * Feeds a function from the table's stream with the semantics of Lambda's event source mapping. What is dealt with is
 * remembered on disk, so a restart, or a kill at any moment, delivers nothing zero times and little twice.
 */
export function startStreamPoller(options: StreamPollerOptions): Poller {
  const stopping = new AbortController()
  const running = new StreamReader(options, stopping.signal).run()
  return {
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
