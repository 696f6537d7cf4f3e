import { getCompileCacheDir } from 'node:module'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import { decodePayload, type Outcome } from './invocation.ts'

/** Where a function's output goes, line by line. */
export type LogLine = (functionName: string, line: string) => void

export interface ContainerSpec {
  readonly functionName: string
  /** The bundle's JavaScript file, absolute. */
  readonly bundle: string
  readonly timeoutSeconds: number
  readonly memoryLimitMb: number
  readonly environment: Readonly<Record<string, string>>
  readonly log: LogLine
}

/** One execution environment: a thread with its own environment that serves one invocation after another. */
export interface Container {
  /** False after a crash or a timeout; such a container serves no more. */
  readonly alive: () => boolean
  /** @param payload the event as JSON; one invocation at a time */
  readonly run: (payload: string, requestId: string) => Promise<Outcome>
  readonly stop: () => Promise<void>
}

/** Lambda gives a function this long to load. */
const INIT_TIMEOUT_SECONDS = 10
/** A container that does not end by itself when it is told to is ended. */
const SHUTDOWN_SECONDS = 3

/** Small, because several of these threads share one laptop: V8 collects garbage sooner the less it may have. */
const OLD_GENERATION_MB = 64
const YOUNG_GENERATION_MB = 4

/** What the thread answers: the result as JSON text, or what was thrown. */
type Message = { readonly ok: true; readonly payload: string } | Extract<Outcome, { ok: false }>

/** After these the thread is gone, or in a state that nobody knows. */
const ENDS_CONTAINER: ReadonlySet<string> = new Set([
  'Runtime.ExitError',
  'Runtime.HandlerNotFound',
  'Sandbox.Timedout',
])

const timedOut = (requestId: string, seconds: number): Message => ({
  ok: false,
  errorType: 'Sandbox.Timedout',
  message: `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
})

function startWorker(spec: ContainerSpec): Worker {
  const { functionName, bundle, memoryLimitMb, environment, log } = spec
  const worker = new Worker(new URL('./worker.cjs', import.meta.url), {
    env: { ...environment },
    workerData: { functionName, bundle, memoryLimitMb, compileCache: getCompileCacheDir() },
    stdout: true,
    stderr: true,
    execArgv: [],
    resourceLimits: {
      maxOldGenerationSizeMb: OLD_GENERATION_MB,
      maxYoungGenerationSizeMb: YOUNG_GENERATION_MB,
    },
  })
  for (const output of [worker.stdout, worker.stderr]) {
    createInterface({ input: output }).on('line', (line) => log(functionName, line))
  }
  return worker
}

const ignore = (): void => undefined

/** @returns undefined when `work` takes longer than that */
async function within<T>(seconds: number, work: Promise<T>): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, seconds * 1000, undefined)
  const message = await Promise.race([work, late])
  clearTimeout(timer)
  return message
}

/** Starts a container. Loading the bundle goes on meanwhile; the first invocation waits for it. */
export function startContainer(spec: ContainerSpec): Container {
  const worker = startWorker(spec)
  let alive = true
  let settle: (message: Message) => void = ignore
  const nextMessage = () => new Promise<Message>((resolve) => (settle = resolve))
  const ended = (message: string) => {
    alive = false
    settle({ ok: false, errorType: 'Runtime.ExitError', message })
  }
  worker.on('message', (message: Message) => settle(message))
  worker.on('error', (error) => ended(String(error)))
  const exited = new Promise((resolve) => worker.once('exit', resolve))
  worker.on('exit', (code) => ended(`The runtime exited with code ${code}.`))
  const loaded = nextMessage()

  async function kill(): Promise<void> {
    alive = false
    await worker.terminate()
  }

  async function stop(): Promise<void> {
    if (alive) {
      alive = false
      worker.postMessage('shutdown')
      await within(SHUTDOWN_SECONDS, exited)
    }
    await kill()
  }

  async function answer(payload: string, requestId: string): Promise<Message> {
    const init = await within(INIT_TIMEOUT_SECONDS, loaded)
    if (init === undefined) return timedOut(requestId, INIT_TIMEOUT_SECONDS)
    if (!init.ok) return init
    const reply = nextMessage()
    if (!alive) return { ok: false, errorType: 'Runtime.ExitError', message: 'The runtime has exited.' }
    worker.postMessage({ payload, requestId, deadlineMs: Date.now() + spec.timeoutSeconds * 1000 })
    return (await within(spec.timeoutSeconds, reply)) ?? timedOut(requestId, spec.timeoutSeconds)
  }

  async function run(payload: string, requestId: string): Promise<Outcome> {
    const message = await answer(payload, requestId)
    if (message.ok) return decodePayload(message.payload)
    if (ENDS_CONTAINER.has(message.errorType)) await kill()
    return message
  }

  return { alive: () => alive, run, stop }
}
