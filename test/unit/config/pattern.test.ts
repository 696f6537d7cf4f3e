import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { patternFault } from '../../../shared/config/pattern.ts'

describe('a pattern that is taken', () => {
  it.each([
    ['^[a-z][a-z0-9-]*$', 63],
    ['^\\d{4}-\\d{2}-\\d{2}$', 10],
    ['^(?:low|high)$', 10],
    ['^https:\\/\\/[a-z.]+\\/[a-z/]*$', 200],
    ['^[(+*{?|]\\($', 200],
    ['^\\p{Lu}\\u{1F600}?$', 200],
    ['^a{2,}?b{1,3}$', 200],
    ['hero', 200],
    ['^(ab)?c$', 10],
    ['^\\\\1$', 10],
  ])('is %s for texts of up to %i characters', (pattern, maxLength) => {
    expect(patternFault(pattern, maxLength)).toBeUndefined()
  })
})

describe('a pattern that is refused', () => {
  it.each([
    ['(', 10, 'must be a regular expression (ECMA-262, Unicode)'],
    ['^(a)\\1$', 10, 'must not refer back to a group'],
    ['^(?<x>a)\\k<x>$', 10, 'must not refer back to a group'],
    ['^(?=a)a$', 10, 'must not look around, name groups or set flags'],
    ['^(?<!a)b$', 10, 'must not look around, name groups or set flags'],
    ['^(?<x>a)$', 10, 'must not look around, name groups or set flags'],
    ['^(a+)+$', 10, 'must not repeat a group: matching could take for ever'],
    ['^(a|aa)*$', 10, 'must not repeat a group: matching could take for ever'],
    ['^(a?){9}$', 10, 'must not repeat a group: matching could take for ever'],
    [
      '^a*a*a*b$',
      200,
      'leaves too many ways to match: use fewer of * + ?, begin with ^ and have no |, or lower maxLength',
    ],
    ...['^x|a*a*b', 'a*a*b|^x', '^(?:x|a*a*b)', '^|a*a*b'].map((half): [string, number, string] => [
      half,
      700,
      'leaves too many ways to match: use fewer of * + ?, begin with ^ and have no |, or lower maxLength',
    ]),
    [
      'a*a*b',
      200,
      'leaves too many ways to match: use fewer of * + ?, begin with ^ and have no |, or lower maxLength',
    ],
    ...['{201,}', '{300,300}', '{250,400}'].map((tooMany): [string, number, string] => [
      `^a*a*a*a*a*a*(?:c|b${tooMany})$`,
      200,
      'leaves too many ways to match: use fewer of * + ?, begin with ^ and have no |, or lower maxLength',
    ]),
    [
      `^${'a?'.repeat(30)}${'a'.repeat(30)}$`,
      60,
      'leaves too many ways to match: use fewer of * + ?, begin with ^ and have no |, or lower maxLength',
    ],
    [
      `^${'(a|a)'.repeat(30)}$`,
      60,
      'leaves too many ways to match: use fewer of * + ?, begin with ^ and have no |, or lower maxLength',
    ],
  ])('is %s for texts of up to %i characters: it %s', (pattern, maxLength, reason) => {
    expect(patternFault(pattern, maxLength)).toBe(reason)
  })
})

/** Parts that make matchers slow when they are put together carelessly. */
const part = fc.constantFrom(
  'a',
  'a*',
  'a+',
  'a?',
  '(a|a)',
  '(?:a|b)',
  '[ab]*',
  '.*',
  'a{0,9}',
  'b',
  '(a+)',
  '\\w+',
  'b{41,}',
  'b{50,60}',
)
const text = fc.string({ unit: fc.constantFrom('a', 'a', 'a', 'b', '!'), maxLength: 40 })

/** A bounded repetition, also of more than a value may have. */
const repetition = fc
  .tuple(fc.nat(100), fc.option(fc.nat(100)))
  .map(([from, more]) => `b{${from},${more === null ? '' : from + more}}`)

describe('a pattern that leaves too many ways', () => {
  it('leaves no fewer with more parts, whatever is repeated there: no part counts for less than one way', () => {
    const refused = fc.property(
      fc.array(part, { maxLength: 6 }),
      fc.array(repetition, { maxLength: 6 }),
      (parts, repetitions) => {
        const pattern = `^${parts.join('')}`
        fc.pre(patternFault(`${pattern}$`, 40) !== undefined)
        expect(patternFault(`${pattern}${repetitions.join('')}$`, 40)).toBeDefined()
      },
    )
    expect(() => fc.assert(refused)).not.toThrow()
  })
})

describe('a pattern with two sides', () => {
  it('is refused wherever one side is refused by itself, whatever the other begins with', () => {
    const refused = fc.property(
      fc.array(part, { minLength: 1, maxLength: 6 }),
      fc.array(part, { maxLength: 6 }),
      fc.boolean(),
      (parts, others, isFirst) => {
        const free = parts.join('')
        fc.pre(patternFault(free, 40) !== undefined)
        const tied = `^${others.join('')}`
        expect(patternFault(isFirst ? `${free}|${tied}` : `${tied}|${free}`, 40)).toBeDefined()
      },
    )
    expect(() => fc.assert(refused)).not.toThrow()
  })
})

describe('a pattern made at random of slow parts, if it is taken,', () => {
  it('lets every text be matched, so that this test ends', () => {
    const matched = fc.property(fc.array(part, { maxLength: 12 }), text, (parts, value) => {
      const pattern = `^${parts.join('')}$`
      fc.pre(patternFault(pattern, 40) === undefined)
      expect(new RegExp(pattern, 'u').test(`${value}!`)).toBeTypeOf('boolean')
    })
    expect(() => fc.assert(matched, { numRuns: 500 })).not.toThrow()
  })
})
