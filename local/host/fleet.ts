import type { Container } from './container.ts'

/** All containers of a host. Keeps their number small by ending those that have been idle for longest. */
export interface Fleet {
  /** A container is in use, or new. */
  readonly busy: (container: Container) => void
  /** A container waits for work; `end` ends it when another one needs its place. */
  readonly idle: (container: Container, end: () => Promise<void>) => void
  /** A container has ended. */
  readonly leave: (container: Container) => void
}

/** A container takes about 25 MB. Those in use may exceed this number, idle ones may not. */
const MAX_KEPT = 6

export function createFleet(): Fleet {
  const busy = new Set<Container>()
  /** Least recently used first. */
  const idle = new Map<Container, () => Promise<void>>()

  function makeRoom(): void {
    for (const [container, end] of idle) {
      if (busy.size + idle.size <= MAX_KEPT) return
      idle.delete(container)
      void end()
    }
  }

  return {
    busy: (container) => {
      idle.delete(container)
      busy.add(container)
      makeRoom()
    },
    idle: (container, end) => {
      busy.delete(container)
      idle.set(container, end)
      makeRoom()
    },
    leave: (container) => {
      busy.delete(container)
      idle.delete(container)
    },
  }
}
