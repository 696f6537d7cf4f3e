/**
 * MurmurHash3_x86_32 (Austin Appleby, public domain; SMHasher, `MurmurHash3.cpp`) over UTF-8, seed 0.
 * What texts always begin with is hashed once, by `begin`.
 */

const C1 = 0xcc9e2d51
const C2 = 0x1b873593

const utf8 = new TextEncoder()

/** One block of four bytes, before it goes into the hash. */
function mixedBlock(block: number): number {
  const multiplied = Math.imul(block, C1)
  return Math.imul((multiplied << 15) | (multiplied >>> 17), C2)
}

/** A block goes into the hash. */
function withBlock(hash: number, block: number): number {
  const mixed = hash ^ mixedBlock(block)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

/** The last, incomplete block and the length go into the hash; a signed number, as all are before. */
function finished(hash: number, tail: number, byteLength: number): number {
  let result = hash ^ mixedBlock(tail) ^ byteLength
  result = Math.imul(result ^ (result >>> 16), 0x85ebca6b)
  result = Math.imul(result ^ (result >>> 13), 0xc2b2ae35)
  return result ^ (result >>> 16)
}

/** Four bytes, little-endian; those after the end count as zero. */
const blockAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)

/** The first bytes go into a hash; `end` is a multiple of four. */
function withBlocks(hash: number, bytes: Uint8Array, end: number): number {
  let result = hash
  for (let at = 0; at < end; at += 4) result = withBlock(result, blockAt(bytes, at))
  return result
}

/** Hashes bytes, to a signed 32-bit number. */
function murmur3OfBytes(bytes: Uint8Array): number {
  const end = bytes.length & ~3
  return finished(withBlocks(0, bytes, end), blockAt(bytes, end), bytes.length)
}

/** A hash that has a prefix in it, but for its last, incomplete block. */
export interface Begun {
  readonly prefix: string
  readonly hash: number
  /** The incomplete block. */
  readonly carried: number
  /** How many bits of it there are: 0, 8, 16 or 24. */
  readonly carriedBits: number
  readonly byteLength: number
}

/** Begins the hash of texts that all begin alike. */
export function begin(prefix: string): Begun {
  const bytes = utf8.encode(prefix)
  const end = bytes.length & ~3
  return {
    prefix,
    hash: withBlocks(0, bytes, end),
    carried: blockAt(bytes, end),
    carriedBits: (bytes.length - end) * 8,
    byteLength: bytes.length,
  }
}

const LAST_ASCII = 0x7f

const ofEncoded = ({ prefix }: Begun, text: string): number => murmur3OfBytes(utf8.encode(prefix + text))

/**
 * Hashes `prefix + text`. Characters of ASCII are their own bytes; texts with others are encoded first.
 * @returns a signed 32-bit number: an unsigned one can need memory of its own, which takes longer than a short text
 */
export function murmur3With(begun: Begun, text: string): number {
  const { length } = text
  let { hash, carried, carriedBits } = begun
  const spareBits = 24 - carriedBits
  let at = 0
  for (const end = length & ~3; at < end; at += 4) {
    const first = text.charCodeAt(at)
    const second = text.charCodeAt(at + 1)
    const third = text.charCodeAt(at + 2)
    const fourth = text.charCodeAt(at + 3)
    if ((first | second | third | fourth) > LAST_ASCII) return ofEncoded(begun, text)
    const block = first | (second << 8) | (third << 16) | (fourth << 24)
    hash = withBlock(hash, carried | (block << carriedBits))
    // In two steps: a shift by all 32 bits at once would be none.
    carried = (block >>> 8) >>> spareBits
  }
  for (; at < length; at += 1) {
    const code = text.charCodeAt(at)
    if (code > LAST_ASCII) return ofEncoded(begun, text)
    carried |= code << carriedBits
    carriedBits = (carriedBits + 8) & 31
    if (carriedBits === 0) {
      hash = withBlock(hash, carried)
      carried = 0
    }
  }
  return finished(hash, carried, begun.byteLength + length)
}
