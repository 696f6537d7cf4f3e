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

/** Four units as one block. Whole units overlap; of the fourth the high byte comes round to the low end. */
const blockOf = (first: number, second: number, third: number, fourth: number, mask: number): number =>
  (first & mask) ^ ((second & mask) << 8) ^ ((third & mask) << 16) ^ (fourth << 24) ^ ((fourth & mask) >>> 8)

/**
 * Begins a hash.
 * @param prefix what every hashed text begins with
 * @param mask `LOW_BYTE` or `WHOLE_UNIT`
 * @returns hashes `prefix + text` to an unsigned 32-bit number
 */
export function utf16Murmur3(prefix: string, mask: number, seed = 0): (text: string) => number {
  const kept = prefix.length & 3
  const rest = prefix.slice(prefix.length - kept)
  let begun = seed
  for (let at = 0; at < prefix.length - kept; at += 4) {
    begun = withBlock(
      begun,
      blockOf(
        prefix.charCodeAt(at),
        prefix.charCodeAt(at + 1),
        prefix.charCodeAt(at + 2),
        prefix.charCodeAt(at + 3),
        mask,
      ),
    )
  }
  /** After the end there is nothing: `NaN`, which counts as zero. */
  const unitAt = (text: string, at: number): number =>
    at < kept ? rest.charCodeAt(at) : text.charCodeAt(at - kept)
  const blockAt = (text: string, at: number): number =>
    blockOf(unitAt(text, at), unitAt(text, at + 1), unitAt(text, at + 2), unitAt(text, at + 3), mask)

  return (text) => {
    const end = kept + text.length
    let hash = begun
    let at = 0
    for (; at + 4 <= end; at += 4) hash = withBlock(hash, blockAt(text, at))
    return finished(hash, at < end ? blockAt(text, at) : 0, prefix.length + text.length)
  }
}
