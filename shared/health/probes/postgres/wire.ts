import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { ProbeFailure } from '../../failure.ts'

/** Asks the server to go on in TLS; it answers with the byte `S` or `N`. https://www.postgresql.org/docs/current/protocol-message-formats.html */
export const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])

/** Replies to signing in and to one-row queries take some hundred bytes. */
const MAX_MESSAGE_BYTES = 64 * 1024
const HEADER_BYTES = 5

/** Everything that a server may send to a client that signs in and runs simple queries. */
const MESSAGE_TYPES = 'RKSZTDCIEN'

const notPostgres = () => new ProbeFailure('protocol', 'The reply is not that of a PostgreSQL server')

/**
 * Cuts a server's bytes into whole messages. `pg` trusts what it reads: an error message without its end would keep it in
 * an endless loop, so what is not a message stops here.
 */
export class MessageGate {
  private pending = Buffer.alloc(0)

  /**
   * @returns the messages that `chunk` completes
   * @throws ProbeFailure `protocol`
   */
  accept(chunk: Buffer): readonly Buffer[] {
    this.pending = Buffer.concat([this.pending, chunk])
    const messages: Buffer[] = []
    for (
      let size = sizeOfFirst(this.pending);
      size <= this.pending.length;
      size = sizeOfFirst(this.pending)
    ) {
      messages.push(checked(this.pending.subarray(0, size)))
      this.pending = this.pending.subarray(size)
    }
    return messages
  }
}

/** Bytes that the first message takes with its header; infinite while the header is not complete. */
function sizeOfFirst(bytes: Buffer): number {
  if (bytes.length > 0 && !MESSAGE_TYPES.includes(typeOf(bytes))) throw notPostgres()
  if (bytes.length < HEADER_BYTES) return Infinity
  const size = bytes.readUInt32BE(1) + 1
  if (size < HEADER_BYTES || size > MAX_MESSAGE_BYTES) throw notPostgres()
  return size
}

/** Errors and notices are fields (a type and a text that ends in zero) up to a zero in place of a type. */
function checked(message: Buffer): Buffer {
  if (!'EN'.includes(typeOf(message))) return message
  let position = HEADER_BYTES
  while (message[position]) {
    const end = message.indexOf(0, position + 1)
    if (end === -1) throw notPostgres()
    position = end + 1
  }
  if (position !== message.length - 1) throw notPostgres()
  return message
}

const typeOf = (bytes: Buffer) => bytes.toString('latin1', 0, 1)

/**
 * What `pg` takes for its socket: a connection that is open already, whose bytes pass the gate. It emits each message
 * itself, so that what `pg` throws on nonsense is caught here and fails the attempt, where it would end the process.
 */
class GuardedStream extends EventEmitter {
  private readonly socket: Socket
  private readonly gate = new MessageGate()

  constructor(socket: Socket) {
    super()
    this.socket = socket
    socket.on('data', (chunk: Buffer) => this.deliver(chunk))
    socket.once('end', () =>
      this.emit('error', new ProbeFailure('refused', 'The server closed the connection')),
    )
    socket.on('error', (error) => this.emit('error', error))
    socket.once('close', () => this.emit('close'))
  }

  private deliver(chunk: Buffer): void {
    try {
      for (const message of this.gate.accept(chunk)) this.emit('data', message)
    } catch (error) {
      this.socket.destroy(error instanceof ProbeFailure ? error : notPostgres())
    }
  }

  get writable(): boolean {
    return this.socket.writable
  }

  /** The connection is open; `pg` listens for this event after its call. */
  connect(): void {
    process.nextTick(() => this.emit('connect'))
  }

  write(bytes: Buffer, done?: () => void): boolean {
    return this.socket.write(bytes, done)
  }

  end(): void {
    this.socket.end()
  }

  destroy(error?: Error): void {
    this.socket.destroy(error)
  }

  setNoDelay(): void {
    this.socket.setNoDelay(true)
  }
}

/** Guards an open connection for `pg`, which is told that it has no TLS: the connection has it already. */
export const guardedStream = (socket: Socket): Duplex => asDuplex(new GuardedStream(socket))

/** `pg` asks for a Duplex but uses only the methods above. */
const asDuplex = (stream: GuardedStream) => stream as unknown as Duplex
