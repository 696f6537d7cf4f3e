import { createWriteStream, renameSync, statSync, type WriteStream } from 'node:fs'
import { once } from 'node:events'
import type { LogLine } from '../host/container.ts'

const MAX_BYTES = 10 * 1024 * 1024

export interface LogFile {
  readonly write: LogLine
  readonly stop: () => Promise<void>
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

/** A log that cannot be written is no reason to stop: its lines are lost, and that is said once. */
function openStream(file: string): WriteStream {
  const stream = createWriteStream(file, { flags: 'a' })
  stream.once('error', (error) =>
    console.error(`The log ${file} cannot be written any more: ${error.message}`),
  )
  stream.on('error', () => undefined)
  return stream
}

/** Collects what functions print, each line with its moment and its function. Keeps the last two files of 10 MB. */
export function openLogFile(file: string): LogFile {
  let byteCount = sizeOf(file)
  let stream = openStream(file)

  function rotate(): void {
    stream.end()
    renameSync(file, `${file}.1`)
    stream = openStream(file)
    byteCount = 0
  }

  return {
    write: (functionName, line) => {
      // A thread that was ended may still have said something.
      if (stream.writableEnded || stream.errored !== null) return
      const text = `${new Date().toISOString()} ${functionName} ${line}\n`
      byteCount += Buffer.byteLength(text)
      if (byteCount > MAX_BYTES) rotate()
      stream.write(text)
    },
    stop: async () => {
      stream.end()
      if (!stream.closed && stream.errored === null) await once(stream, 'close')
    },
  }
}
