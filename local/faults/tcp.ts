import { connect, type Socket } from 'node:net'
import { Transform } from 'node:stream'
import type { FaultState } from './state.ts'

interface Target {
  readonly host: string
  readonly port: number
}

/** The connection listener of a tcp fault proxy. */
export function tcpConnections(target: Target, state: FaultState): (client: Socket) => void {
  return (client) => {
    state.track(client)
    const selected = state.select()
    if (selected && state.chance(state.faults.failPercent)) return state.drop(client)
    const upstream = connect({ ...target, noDelay: true })
    client.setNoDelay(true)
    client.pipe(gate(client, state, { selected, delayed: true })).pipe(upstream)
    upstream.pipe(gate(client, state, { selected, delayed: false })).pipe(client)
    upstream.on('error', () => client.resetAndDestroy())
    client.once('close', () => upstream.destroy())
    upstream.once('close', () => client.destroySoon())
  }
}

/**
 * Passes chunks on and swallows them while the faults in force are a black hole. A connection is late once: a protocol's
 * round trips must not multiply the latency that somebody asked for.
 */
function gate(
  client: Socket,
  state: FaultState,
  options: { readonly selected: boolean; readonly delayed: boolean },
): Transform {
  let wasLate = false
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (!options.selected) return done(null, chunk)
      const { blackhole, latencyMs } = state.faults
      if (latencyMs === 0) wasLate = false
      if (blackhole) {
        state.swallow(client)
        return done()
      }
      if (latencyMs === 0 || wasLate || !options.delayed) return done(null, chunk)
      wasLate = true
      void state.wait(latencyMs, client).then((connected) => (connected ? done(null, chunk) : done()))
    },
  })
}
