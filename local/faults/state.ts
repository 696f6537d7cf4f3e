import type { Socket } from 'node:net'
import type { Effects } from '../../shared/kernel/effects.ts'
import { Faults } from './faults.ts'

export interface ProxyCounters {
  /** Requests (http) or connections (tcp) seen. */
  requests: number
  /** Of those, how many the faults in force selected. */
  selected: number
  /** Connections cut by `failPercent`, `dropBefore` or `dropAfterCommit`. */
  dropped: number
  /** Requests answered by the proxy itself (`status`, `throttle`). */
  answered: number
  /** Left without an answer by `blackhole`. */
  blackholed: number
}

/** The faults in force and the connections that they concern. */
export class FaultState {
  faults: Faults = Faults.parse({})
  readonly counters: ProxyCounters = { requests: 0, selected: 0, dropped: 0, answered: 0, blackholed: 0 }
  readonly #effects: Pick<Effects, 'random' | 'wait'>
  readonly #open = new Set<Socket>()
  readonly #swallowed = new Set<Socket>()
  #timesLeft = Infinity

  constructor(effects: Pick<Effects, 'random' | 'wait'>) {
    this.#effects = effects
  }

  use(faults: Faults): void {
    this.faults = faults
    this.#timesLeft = faults.times ?? Infinity
    for (const socket of this.#swallowed) socket.destroy()
  }

  /** Decides whether the faults in force happen to one request or connection, and counts it. */
  select(operation?: string): boolean {
    this.counters.requests += 1
    const { only, percent } = this.faults
    if (only !== undefined && only !== operation) return false
    if (this.#timesLeft === 0 || !this.chance(percent)) return false
    this.#timesLeft -= 1
    this.counters.selected += 1
    return true
  }

  chance(percent: number): boolean {
    return this.#effects.random() * 100 < percent
  }

  /** Waits; resolves to false when the connection ended meanwhile. */
  async wait(ms: number, socket: Socket): Promise<boolean> {
    if (ms === 0) return !socket.destroyed
    const gone = new AbortController()
    const abort = (): void => gone.abort()
    socket.once('close', abort)
    try {
      await this.#effects.wait(ms, gone.signal)
      return true
    } catch {
      return false
    } finally {
      socket.off('close', abort)
    }
  }

  track(socket: Socket): void {
    this.#open.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      this.#open.delete(socket)
      this.#swallowed.delete(socket)
    })
  }

  drop(socket: Socket): void {
    this.counters.dropped += 1
    socket.resetAndDestroy()
  }

  swallow(socket: Socket): void {
    if (this.#swallowed.has(socket)) return
    this.counters.blackholed += 1
    this.#swallowed.add(socket)
  }

  cutAll(): void {
    for (const socket of this.#open) socket.destroy()
  }
}
