import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { certificates } from './certificates.ts'

/** The messages of a PostgreSQL server: https://www.postgresql.org/docs/current/protocol-message-formats.html */
export function message(type: string, body: Buffer | string = ''): Buffer {
  const payload = Buffer.from(body)
  const header = Buffer.alloc(5)
  header.write(type, 0, 'latin1')
  header.writeUInt32BE(payload.length + 4, 1)
  return Buffer.concat([header, payload])
}

const int16 = (value: number) => Buffer.from([value >> 8, value & 255])
const int32 = (value: number) => Buffer.concat([int16(value >>> 16), int16(value & 0xffff)])

export const authentication = (kind: number, rest = '') =>
  message('R', Buffer.concat([int32(kind), Buffer.from(rest)]))
export const SIGNED_IN = authentication(0)
export const WANTS_PASSWORD = authentication(3)
export const WANTS_SCRAM = authentication(10, 'SCRAM-SHA-256\0\0')
export const READY = message('Z', 'I')
export const errorMessage = (sqlState: string, text: string) =>
  message('E', `SFATAL\0VFATAL\0C${sqlState}\0M${text}\0\0`)

/** One row with one int4 column. */
export function row(column: string, value: string): Buffer {
  const description = [
    int16(1),
    Buffer.from(`${column}\0`),
    int32(0),
    int16(0),
    int32(23),
    int16(4),
    int32(-1),
    int16(0),
  ]
  const data = [int16(1), int32(value.length), Buffer.from(value)]
  return Buffer.concat([
    message('T', Buffer.concat(description)),
    message('D', Buffer.concat(data)),
    message('C', 'SELECT 1\0'),
    READY,
  ])
}

/** Serves a connection by the book: the next reply for each message that the client sends. */
export const script =
  (...replies: readonly Buffer[]) =>
  (socket: Socket): void => {
    const left = [...replies]
    socket.on('data', () => {
      const next = left.shift()
      if (next) socket.write(next)
    })
  }

/** Agrees to TLS with the named certificate, then serves what is inside. */
export const inTls =
  (name: keyof typeof certificates, serve: (socket: Socket) => void) =>
  (socket: Socket): void => {
    socket.once('data', () => {
      const secured = new TLSSocket(socket, { isServer: true, ...certificates[name] })
      secured.on('error', () => undefined)
      serve(secured)
      socket.write('S')
    })
  }
