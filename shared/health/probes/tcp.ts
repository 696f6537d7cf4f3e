import { openSocket } from '../network/connect.ts'
import type { Probe } from '../probe.ts'

/** Opens a TCP connection and closes it. */
export const tcpProbe: Probe<'tcp'> = async (target, { signal }, { effects }) => {
  const startedAt = effects.monotonicMs()
  const socket = await openSocket(target, signal)
  const latencyMs = effects.monotonicMs() - startedAt
  socket.destroy()
  return { ok: true, latencyMs, message: 'The connection was accepted' }
}
