import { startContainer, type Container, type ContainerSpec } from './container.ts'
import type { Fleet } from './fleet.ts'
import { failed, type Outcome } from './invocation.ts'

/** How many containers one function may have. Lambda would start a thousand; a laptop queues instead. */
export const MAX_CONTAINERS = 4
/** Beyond this many waiting invocations the function is throttled, as Lambda does at its concurrency limit. */
const MAX_WAITING = 200

/** The containers of one function. */
export interface Pool {
  readonly invoke: (payload: string, requestId: string) => Promise<Outcome>
  /** How many containers there are. */
  readonly size: () => number
  readonly stop: () => Promise<void>
}

/** Runs a function's invocations, each in a container of its own; containers are kept warm and used again. */
export function createPool(spec: ContainerSpec, fleet: Fleet): Pool {
  const containers = new Set<Container>()
  const idle: Container[] = []
  const waiting: (() => void)[] = []
  let running = 0
  let stopped = false

  async function end(container: Container): Promise<void> {
    containers.delete(container)
    fleet.leave(container)
    await container.stop()
  }

  async function take(): Promise<Container> {
    for (let last = idle.pop(); last !== undefined; last = idle.pop()) {
      fleet.busy(last)
      if (last.alive()) return last
      await end(last)
    }
    const container = startContainer(spec)
    containers.add(container)
    fleet.busy(container)
    return container
  }

  async function giveBack(container: Container): Promise<void> {
    if (container.alive() && !stopped) {
      idle.push(container)
      fleet.idle(container, () => {
        idle.splice(idle.indexOf(container), 1)
        return end(container)
      })
    } else await end(container)
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
    const container = await take()
    try {
      return await container.run(payload, requestId)
    } finally {
      await giveBack(container)
    }
  }

  async function stop(): Promise<void> {
    stopped = true
    for (const wake of waiting.splice(0)) wake()
    await Promise.all([...containers].map(end))
  }

  return { invoke, size: () => containers.size, stop }
}
