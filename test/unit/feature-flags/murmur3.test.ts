import { createRequire } from 'node:module'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { begin, murmur3With } from '../../../shared/feature-flags/murmur3.ts'

/** The part of `murmurhash3js-revisited` that is used: another's implementation, over bytes. */
interface Murmur3 {
  readonly x86: { readonly hash32: (bytes: Uint8Array, seed: number) => number }
}
const murmur3Of = (module: unknown) => module as Murmur3
const { x86 } = murmur3Of(createRequire(import.meta.url)('murmurhash3js-revisited'))
const utf8 = new TextEncoder()
const independent = (text: string): number => x86.hash32(utf8.encode(text), 0)

const hashed = (prefix: string, text: string): number => murmur3With(begin(prefix), text) >>> 0

/** Of one to four bytes, surrogates in pairs and alone, and the edges between them. */
const CHARACTERS = [
  'aZ09-_@. \u0000\u007F',
  '\u0080éß\u07FF\u0800漢字\uFFFF😀\u{10FFFF}',
  '\uD800|\uDBFF|\uDC00|\uDFFF',
].flatMap((characters) => Array.from(characters))
const PREFIXES = ['', 'a', 'ab', 'abc', 'abcd', 'enable_new_player:', 'é:', '漢字:', '\uD83D']

/** The index in the base of as many characters as there are, so that all short texts come up. */
function textOf(index: number): string {
  let text = ''
  for (let rest = index; rest > 0; rest = Math.floor(rest / CHARACTERS.length)) {
    text += CHARACTERS[rest % CHARACTERS.length] ?? ''
  }
  return text
}

test('1,000,000 ids, Unicode and lone surrogates among them, hash as an independent murmur3 has it', () => {
  const begun = begin('enable_new_player:')
  let differences = 0
  for (let index = 0; index < 1_000_000; index += 1) {
    const text = index % 2 === 0 ? textOf(index) : `user-${index * 7_919}`
    if (murmur3With(begun, text) >>> 0 !== independent(`enable_new_player:${text}`)) differences += 1
  }
  expect(differences).toBe(0)
})

test('prefixes and texts of any length and content hash as an independent murmur3 has it', () => {
  const units = fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength: 60 })
  fc.assert(
    fc.property(
      fc.constantFrom(...PREFIXES),
      fc.oneof(units, fc.string({ unit: 'binary' })),
      (prefix, text) => {
        // A prefix that ends within a character is encoded by itself; salts end in a colon.
        fc.pre(!(prefix.endsWith('\uD83D') && /^[\uDC00-\uDFFF]/.test(text)))
        expect(hashed(prefix, text)).toBe(independent(prefix + text))
      },
    ),
    { numRuns: 1_000 },
  )
})

test.each([
  ['', 0],
  ['a', 0x3c2569b2],
  ['hello', 0x248bfa47],
  ['hello, world', 0x149bbb7f],
  ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
])('%j hashes to the published value', (text, hash) => {
  expect(hashed('', text)).toBe(hash)
})
