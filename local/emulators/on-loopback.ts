import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { LOOPBACK } from './running.ts'

const LISTEN_CHANNEL = 'tracing:net.server.listen:asyncStart'

/**
 * Starts a server that would listen on every interface and has no setting for it (fauxqs 2.4) on the loopback interface
 * alone. Node announces each listen with its options before it happens, which is where the address is corrected.
 */
export async function onLoopback<T>(start: () => Promise<T>): Promise<T> {
  subscribe(LISTEN_CHANNEL, correctAddress)
  try {
    return await start()
  } finally {
    unsubscribe(LISTEN_CHANNEL, correctAddress)
  }
}

function correctAddress(message: unknown): void {
  const { options } = listenMessage(message)
  if (options?.host === '0.0.0.0') options.host = LOOPBACK
}

function listenMessage(message: unknown): { options?: { host?: string } } {
  return message as { options?: { host?: string } }
}
