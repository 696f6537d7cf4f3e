import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort, LOOPBACK, type Running } from './running.ts'
import { spawnWatched } from './watched-child.ts'

export interface DynamoDbOptions {
  /** 0 or absent for any free port. */
  readonly port?: number
  /** SQLite file that keeps the tables between runs; without it they live in memory. */
  readonly dataFile?: string
  /** Where `DYNAMODB_ENDPOINT` and `DYNAMODB_BIN` are read from; `process.env` unless a test says otherwise. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

export interface RunningDynamoDb extends Running {
  /** The emulator's process; absent when `DYNAMODB_ENDPOINT` names one that runs elsewhere. */
  readonly pid?: number
  /** Resolves with a clear error when the emulator ends by itself, with undefined after `stop()`. */
  readonly exited: Promise<Error | undefined>
}

const START_DEADLINE_MS = 10_000

/**
 * Starts the DynamoDB emulator as a child process and waits until it answers. `DYNAMODB_ENDPOINT` names one that already
 * runs (nothing is spawned), `DYNAMODB_BIN` another binary of the same emulator. The child ends with this process, even
 * when that is killed with SIGKILL, and survives a Ctrl-C in the terminal, so that whoever writes to it can finish first.
 * @throws Error in one sentence: no binary for this machine, port taken, data file unusable
 */
export async function startDynamoDb(options: DynamoDbOptions = {}): Promise<RunningDynamoDb> {
  const env = options.env ?? process.env
  if (env.DYNAMODB_ENDPOINT) return useEndpoint(env.DYNAMODB_ENDPOINT)
  const binary = env.DYNAMODB_BIN ?? bundledBinary()
  const port = await freePort(options.port)
  if (options.dataFile) mkdirSync(dirname(options.dataFile), { recursive: true })
  const child = await spawnWatched('The DynamoDB emulator', binary, serveArguments(port, options.dataFile))
  const url = `http://${LOOPBACK}:${port}`
  try {
    await untilAnswering(url, child.exited)
  } catch (error) {
    await child.stop()
    throw error
  }
  return { port, url, ...child }
}

async function useEndpoint(endpoint: string): Promise<RunningDynamoDb> {
  const url = endpoint.replace(/\/$/, '')
  await untilAnswering(url, new Promise(() => {}))
  const { port, protocol } = new URL(url)
  const defaultPort = protocol === 'https:' ? 443 : 80
  return {
    port: Number(port || defaultPort),
    url,
    exited: new Promise(() => {}),
    stop: () => Promise.resolve(),
  }
}

function bundledBinary(): string {
  try {
    return createRequire(import.meta.url).resolve('@dynoxide/linux-x64/dynoxide')
  } catch (cause) {
    const message =
      `No DynamoDB emulator comes with Midwatch for ${process.platform}-${process.arch}: start DynamoDB Local ` +
      'and set DYNAMODB_ENDPOINT to its URL, or install dynoxide and set DYNAMODB_BIN to its path.'
    throw new Error(message, { cause })
  }
}

function serveArguments(port: number, dataFile: string | undefined): string[] {
  const fixed = ['serve', '--host', LOOPBACK, '--port', String(port)]
  return dataFile ? [...fixed, '--db-path', dataFile] : fixed
}

/** Any HTTP answer will do: the emulator opens its port only once its data file has been read. */
async function untilAnswering(url: string, exited: Promise<Error | undefined>): Promise<void> {
  const deadlineMs = performance.now() + START_DEADLINE_MS
  let ended = false
  void exited.then(() => (ended = true))
  for (;;) {
    if (ended) throw (await exited) ?? new Error('The DynamoDB emulator was stopped while it started.')
    if (await answers(url)) return
    if (performance.now() > deadlineMs) {
      throw new Error(`DynamoDB at ${url} did not answer within ${START_DEADLINE_MS / 1000} seconds.`)
    }
    await delay(10)
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) })
    await response.body?.cancel()
    return true
  } catch {
    return false
  }
}
