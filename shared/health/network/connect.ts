import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls'
import { assertPublicLiteral, guardedLookup } from './guarded-lookup.ts'

interface Peer {
  /** A name or an IP literal without brackets. */
  readonly host: string
  readonly port: number
  /** Whether private, loopback and link-local addresses are allowed. */
  readonly reachesPrivate: boolean
}

interface Security {
  /** The name that the certificate must be for. */
  readonly host: string
  /** False encrypts without knowing with whom. */
  readonly verify: boolean
  /** Certificate authorities to trust in place of Node's own. */
  readonly secureContext?: SecureContext | undefined
}

/**
 * Opens a TCP connection that is destroyed when `signal` aborts. The caller destroys it in every other case.
 * @throws the error of node:net, or ProbeFailure `denied` for a private address
 */
export async function openSocket({ host, port, reachesPrivate }: Peer, signal: AbortSignal): Promise<Socket> {
  if (!reachesPrivate) assertPublicLiteral(host)
  const socket = connect({ host, port, signal, ...(reachesPrivate ? {} : { lookup: guardedLookup }) })
  ignoreLateErrors(socket)
  await once(socket, 'connect')
  return socket
}

/**
 * Negotiates TLS over an open connection. Destroying `socket` ends both.
 * @throws the error of node:tls
 */
export async function secureSocket(
  socket: Socket,
  { host, verify, secureContext }: Security,
  signal: AbortSignal,
): Promise<TLSSocket> {
  // Server name indication carries names only (RFC 6066, section 3).
  const servername = isIP(host) === 0 ? { servername: host } : {}
  const context = secureContext ? { secureContext } : {}
  const secured = connectTls({ socket, host, rejectUnauthorized: verify, ...servername, ...context })
  ignoreLateErrors(secured)
  await once(secured, 'secureConnect', { signal })
  return secured
}

/** Whoever waits on the socket sees its error; one that comes when nobody waits must not end the process. */
function ignoreLateErrors(socket: Socket): void {
  socket.on('error', () => undefined)
}
