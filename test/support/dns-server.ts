import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'

const TYPE_CODES = { A: 1, NS: 2, CNAME: 5, MX: 15, TXT: 16, AAAA: 28 } as const

/** One record's type and its data on the wire (RFC 1035). */
export interface DnsRecord {
  readonly type: keyof typeof TYPE_CODES
  readonly data: Buffer
}

/** What the server does with a question: gives these records, fails with a response code, stays silent, or babbles. */
export type DnsAnswer = readonly DnsRecord[] | { readonly responseCode: number } | 'silence' | 'garbage'

const encodeName = (name: string) =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)])),
    Buffer.of(0),
  ])

/** Records as a zone file would spell them. */
export const record = {
  a: (address: string): DnsRecord => ({ type: 'A', data: Buffer.from(address.split('.').map(Number)) }),
  aaaa: (hex: string): DnsRecord => ({ type: 'AAAA', data: Buffer.from(hex, 'hex') }),
  cname: (name: string): DnsRecord => ({ type: 'CNAME', data: encodeName(name) }),
  ns: (name: string): DnsRecord => ({ type: 'NS', data: encodeName(name) }),
  mx: (priority: number, name: string): DnsRecord => ({
    type: 'MX',
    data: Buffer.concat([Buffer.of(priority >> 8, priority & 255), encodeName(name)]),
  }),
  txt: (...strings: string[]): DnsRecord => ({
    type: 'TXT',
    data: Buffer.concat(strings.flatMap((text) => [Buffer.of(Buffer.byteLength(text)), Buffer.from(text)])),
  }),
}

const HEADER_BYTES = 12

/** The question section (name, type, class), which starts right after the header. */
function questionOf(query: Buffer): Buffer {
  let end = HEADER_BYTES
  while (query.readUInt8(end) !== 0) end += query.readUInt8(end) + 1
  return query.subarray(HEADER_BYTES, end + 5)
}

function encodeRecord({ type, data }: DnsRecord): Buffer {
  const head = Buffer.alloc(HEADER_BYTES)
  head.writeUInt16BE(0xc00c, 0) // the name of the question
  head.writeUInt16BE(TYPE_CODES[type], 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(60, 6)
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

function reply(query: Buffer, records: readonly DnsRecord[], responseCode: number): Buffer {
  const head = Buffer.alloc(HEADER_BYTES)
  query.copy(head, 0, 0, 2)
  head.writeUInt16BE(0x8180 | responseCode, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(records.length, 6)
  return Buffer.concat([head, questionOf(query), ...records.map(encodeRecord)])
}

function answerBytes(query: Buffer, answer: Exclude<DnsAnswer, 'silence'>): Buffer {
  if (answer === 'garbage') return Buffer.concat([query.subarray(0, 2), Buffer.alloc(30, 0xff)])
  if ('responseCode' in answer) return reply(query, [], answer.responseCode)
  return reply(query, answer, 0)
}

/**
 * Starts a name server on a free UDP port of 127.0.0.1 for the rest of the test.
 * @param answer what to do with the n-th question, counted from 0
 * @returns its `address:port`, and how many questions it got
 */
export async function startDnsServer(answer: (questionIndex: number) => DnsAnswer) {
  const socket = createSocket('udp4')
  let questions = 0
  socket.on('message', (query: Buffer, from: RemoteInfo) => {
    const current = answer(questions)
    questions += 1
    if (current !== 'silence') socket.send(answerBytes(query, current), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => void socket.close())
  return { server: `127.0.0.1:${socket.address().port}`, questionCount: () => questions }
}
