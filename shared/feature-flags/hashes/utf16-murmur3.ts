/**
 * MurmurHash3_x86_32 as JavaScript libraries compute it that take UTF-16 code units for bytes. Of ASCII it is the real one;
 * of anything else it is not, and users of such a library can only be found again in the same way.
 */

const C1 = 0xcc9e2d51
const C2 = 0x1b873593

/** What a library keeps of a code unit. */
export const LOW_BYTE = 0xff
export const WHOLE_UNIT = 0xffff

function mixedBlock(block: number): number {
  const multiplied = Math.imul(block, C1)
  return Math.imul((multiplied << 15) | (multiplied >>> 17), C2)
}

function withBlock(hash: number, block: number): number {
  const mixed = hash ^ mixedBlock(block)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

function finished(hash: number, tail: number, length: number): number {
  // A tail below zero is left out, by a mistake of the library that whole units come from; low bytes never make one.
  let result = tail > 0 ? hash ^ mixedBlock(tail) : hash
  result ^= length
  result = Math.imul(result ^ (result >>> 16), 0x85ebca6b)
  result = Math.imul(result ^ (result >>> 13), 0xc2b2ae35)
  return (result ^ (result >>> 16)) >>> 0
}

/** A hash that has been begun: its whole blocks, and the units of a block that is not whole yet. */
interface Begun {
  readonly hash: number
  readonly block: number
  readonly filled: number
}

/** Whole units overlap; the high byte of the fourth in a block comes round to its low end. */
function withUnits({ hash, block, filled }: Begun, text: string, mask: number): Begun {
  let blocks = hash
  let open = block
  let count = filled
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at) & mask
    if (count < 3) {
      open ^= unit << (count * 8)
      count += 1
    } else {
      blocks = withBlock(blocks, open ^ (unit << 24) ^ (unit >>> 8))
      open = 0
      count = 0
    }
  }
  return { hash: blocks, block: open, filled: count }
}

/**
 * Begins a hash.
 * @param prefix what every hashed text begins with
 * @param mask `LOW_BYTE` or `WHOLE_UNIT`
 * @returns hashes `prefix + text` to an unsigned 32-bit number
 */
export function utf16Murmur3(prefix: string, mask: number, seed = 0): (text: string) => number {
  const begun = withUnits({ hash: seed, block: 0, filled: 0 }, prefix, mask)
  return (text) => {
    const { hash, block } = withUnits(begun, text, mask)
    return finished(hash, block, prefix.length + text.length)
  }
}
