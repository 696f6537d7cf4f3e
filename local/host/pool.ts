import { failed, type Outcome } from './invocation.ts'
import { startContainer, type Container, type ContainerSpec } from './container.ts'

/** How many containers one function may have. Lambda would start a thousand; a laptop queues instead. */
export const MAX_CONTAINERS = 4
/** Beyond this many waiting invocations the function is throttled, as Lambda does at its concurrency limit. */
const MAX_WAITING = 200
/** A container beyond the first ends after this long without work. */
const IDLE_MS = 30_000

/** The containers of one function. */
export interface Pool {
  readonly invoke: (payload: string, requestId: string) => Promise<Outcome>
  /** How many containers there are. */
  readonly size: () => number
  readonly stop: () => Promise<void>
}

/** Runs a function's invocations, each in a container of its own; containers are kept warm and used again. */
export function createPool(spec: ContainerSpec): Pool {
  const containers = new Set<Container>()
  const idle: { readonly container: Container; readonly sinceMs: number }[] = []
  const waiting: (() => void)[] = []
  let running = 0
  let stopped = false

  async function end(container: Container): Promise<void> {
    containers.delete(container)
    await container.stop()
  }

  function take(): Container {
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      if (last.container.alive()) return last.container
      containers.delete(last.container)
    }
    const container = startContainer(spec)
    containers.add(container)
    return container
  }

  async function giveBack(container: Container): Promise<void> {
    if (container.alive() && !stopped) idle.push({ container, sinceMs: Date.now() })
    else await end(container)
    const next = waiting.shift()
    if (next === undefined) running -= 1
    else next()
  }

  async function invoke(payload: string, requestId: string): Promise<Outcome> {
    if (waiting.length >= MAX_WAITING) return failed('TooManyRequestsException', 'Rate Exceeded.')
    // Whoever ends hands its turn to the one that waits longest, so `running` stays as it is.
    if (running >= MAX_CONTAINERS) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    if (stopped) return failed('ServiceException', 'The function host has stopped.')
    const container = take()
    try {
      return await container.run(payload, requestId)
    } finally {
      await giveBack(container)
    }
  }

  const retire = setInterval(() => {
    const stale = idle.filter(({ sinceMs }, index) => index > 0 && Date.now() - sinceMs > IDLE_MS)
    for (const entry of stale) {
      idle.splice(idle.indexOf(entry), 1)
      void end(entry.container)
    }
  }, IDLE_MS).unref()

  async function stop(): Promise<void> {
    stopped = true
    clearInterval(retire)
    for (const wake of waiting.splice(0)) wake()
    await Promise.all([...containers].map(end))
  }

  return { invoke, size: () => containers.size, stop }
}
