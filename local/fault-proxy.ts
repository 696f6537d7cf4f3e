import { Agent, createServer as createHttpServer } from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { systemEffects, type Effects } from '../shared/kernel/effects.ts'
import { close, listen, LOOPBACK, type Running } from './emulators/running.ts'
import { Faults, type FaultSettings } from './faults/faults.ts'
import { httpConnections } from './faults/http.ts'
import { FaultState, type ProxyCounters } from './faults/state.ts'
import { tcpConnections } from './faults/tcp.ts'

export interface FaultProxyOptions {
  readonly target: { readonly host: string; readonly port: number }
  /** `http` knows requests and can lose a reply after the write was committed; `tcp` knows only bytes (PostgreSQL). */
  readonly mode: 'http' | 'tcp'
  /** 0 or absent for any free port. */
  readonly port?: number
  /** Chance and waiting, for tests that need to foresee them. */
  readonly effects?: Pick<Effects, 'random' | 'wait'>
}

/** A proxy that can break the connection between a client and a stand-in on demand. `url` is `http://` or `tcp://`. */
export interface FaultProxy extends Running {
  /** The faults in force, every field filled in. */
  readonly faults: Faults
  /** What has passed since the start. */
  readonly counters: Readonly<ProxyCounters>
  /**
   * Replaces the faults, counts `times` afresh, and resolves when they are in force. Connections that hang in a black
   * hole are cut; with `down`, all of them are.
   * @param faults plain data, perhaps from JSON
   * @throws ZodError that names the offending field
   */
  readonly set: (faults: FaultSettings) => Promise<void>
  /** Back to passing everything on. */
  readonly clear: () => Promise<void>
}

/**
 * Starts a fault proxy on the loopback interface. Without faults it passes everything on unchanged, bodies streamed.
 * @throws Error when the port is taken
 */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const state = new FaultState(options.effects ?? systemEffects)
  const server = options.mode === 'http' ? httpServer(options, state) : tcpServer(options, state)
  const port = await listen(server, options.port)
  let turn: Promise<void> = Promise.resolve()
  const apply = (faults: FaultSettings): Promise<void> => {
    const parsed = Faults.parse(faults)
    turn = turn.then(() => switchTo(parsed, state, server, port))
    return turn
  }
  const stop = async (): Promise<void> => {
    await turn
    state.cutAll()
    if (server.listening) await close(server)
  }
  return {
    port,
    url: `${options.mode}://${LOOPBACK}:${port}`,
    get faults() {
      return state.faults
    },
    counters: state.counters,
    set: async (faults) => apply(faults),
    clear: () => apply({}),
    stop,
  }
}

async function switchTo(faults: Faults, state: FaultState, server: Server, port: number): Promise<void> {
  state.use(faults)
  // Closing the port, rather than resetting what it accepts, is what a stopped server looks like: refused.
  if (faults.down) {
    state.cutAll()
    if (server.listening) await close(server)
  } else if (!server.listening) {
    await listen(server, port)
  }
}

function httpServer(options: FaultProxyOptions, state: FaultState): Server {
  const agent = new Agent({ keepAlive: true })
  const server = createHttpServer(httpConnections(options.target, state, agent))
  server.on('close', () => agent.destroy())
  server.on('connection', (socket: Socket) => state.track(socket))
  return server
}

function tcpServer(options: FaultProxyOptions, state: FaultState): Server {
  return createTcpServer(tcpConnections(options.target, state))
}
