import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as z from 'zod'

/** How far a stream has been read: the last sequence number of each shard whose records were all dealt with. */
export interface Checkpoints {
  readonly get: (shardId: string) => string | undefined
  /** Resolves when it is on disk. */
  readonly set: (shardId: string, sequenceNumber: string) => Promise<void>
}

const Stored = z.object({ stream: z.string(), shards: z.record(z.string(), z.string()) })

async function read(file: string): Promise<z.output<typeof Stored> | undefined> {
  try {
    return Stored.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new Error(`The checkpoint file ${file} is broken: delete it to read the stream from its start.`, {
      cause: error,
    })
  }
}

/**
 * Opens the checkpoints of one reader of one stream. Checkpoints of another stream (the table was made anew) are dropped.
 * @throws an error in one sentence when the file is broken
 */
export async function openCheckpoints(file: string, streamArn: string): Promise<Checkpoints> {
  await mkdir(dirname(file), { recursive: true })
  const stored = await read(file)
  const shards: Record<string, string> = stored?.stream === streamArn ? { ...stored.shards } : {}
  return {
    get: (shardId) => shards[shardId],
    set: async (shardId, sequenceNumber) => {
      shards[shardId] = sequenceNumber
      // Written beside its place and then renamed: a process that is killed leaves the old or the new one.
      await writeFile(`${file}.new`, JSON.stringify({ stream: streamArn, shards }))
      await rename(`${file}.new`, file)
    },
  }
}
