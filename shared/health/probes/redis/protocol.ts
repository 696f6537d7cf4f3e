import { ProbeFailure } from '../../failure.ts'
import type { FailureReason } from '../../probe.ts'

export interface RedisServer {
  /** A name or an IP literal without brackets. */
  readonly host: string
  readonly port: number
  readonly tls: boolean
  readonly username: string
  readonly password: string
}

const DEFAULT_PORT = 6_379

/**
 * Parses `redis[s]://[user:password@]host[:port]`.
 * @throws ProbeFailure `configuration`
 */
export function parseRedisUrl(text: string): RedisServer {
  const url = URL.parse(text)
  if (!url?.hostname || (url.protocol !== 'redis:' && url.protocol !== 'rediss:')) throw badUrl()
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || DEFAULT_PORT),
    tls: url.protocol === 'rediss:',
    username: decode(url.username),
    password: decode(url.password),
  }
}

const badUrl = () =>
  new ProbeFailure('configuration', 'The Redis URL must read redis[s]://[user:password@]host[:port]')

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw badUrl()
  }
}

type Credentials = Pick<RedisServer, 'username' | 'password'>

const signsIn = ({ username, password }: Credentials) => username !== '' || password !== ''

/**
 * What is sent, in one piece: AUTH when there are credentials, then PING.
 * RESP: https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export function commands(server: Credentials): string {
  const { username, password } = server
  const words = username ? ['AUTH', username, password] : ['AUTH', password]
  return (signsIn(server) ? encode(words) : '') + encode(['PING'])
}

const encode = (words: readonly string[]) =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`

/**
 * Judges what the server sent so far.
 * @param received all bytes so far, one character a byte
 * @returns true when every reply is there and right, false when more must come
 * @throws ProbeFailure for an error reply, or for anything but the replies that are due
 */
export function isAnswered(received: string, server: Credentials): boolean {
  const due = signsIn(server) ? ['+OK', '+PONG'] : ['+PONG']
  const lines = received.split('\r\n').slice(0, -1)
  const unfinished = received.replace(/^.*\r\n/s, '')
  lines.forEach((line, index) => {
    if (line !== due[index]) throw failureOf(line, due[index])
  })
  const next = due[lines.length]
  if (!couldBecome(unfinished, next)) throw failureOf(unfinished, next)
  return next === undefined
}

/** Whether more bytes can make this the reply that is due, or an error reply. */
function couldBecome(unfinished: string, due: string | undefined): boolean {
  if (due === undefined) return unfinished === ''
  return unfinished.startsWith('-') || `${due}\r`.startsWith(unfinished)
}

/** Error replies start with a code in capitals (Redis `server.c`, `createSharedObjects`). */
const ERRORS: ReadonlyMap<string, readonly [reason: FailureReason, message: string]> = new Map([
  ['WRONGPASS', ['denied', 'The server refused the sign-in']],
  ['NOAUTH', ['denied', 'The server wants a password']],
  ['NOPERM', ['denied', 'The user may not run PING']],
  ['DENIED', ['denied', 'The server refused the connection']],
  ['LOADING', ['unexpected', 'The server is still loading its data']],
  ['MASTERDOWN', ['unexpected', 'The replica has lost its primary']],
  ['BUSY', ['unexpected', 'The server is busy with a script']],
  ['MISCONF', ['unexpected', 'The server cannot save its data']],
])

/** @param due the reply that was due in its place: `+OK` to AUTH, `+PONG` to PING */
function failureOf(line: string, due: string | undefined): ProbeFailure {
  if (!line.startsWith('-')) return new ProbeFailure('protocol', 'The reply is not that of a Redis server')
  const known = ERRORS.get(line.slice(1).replace(/ .*/, ''))
  if (known) return new ProbeFailure(...known)
  // Servers before Redis 6, and those without a password, refuse AUTH with a plain ERR.
  if (due === '+OK') return new ProbeFailure('denied', 'The server refused the sign-in')
  return new ProbeFailure('unexpected', 'The server answered with an error')
}
