/** Steps that matching one value may take at worst: a few milliseconds. */
const MAX_STEPS = 1_000_000

const LITERALS = /\\(?:u\{[0-9a-f]+\}|[pP]\{\w+(?:=\w+)?\}|.)|\[(?:\\.|[^\]\\])*\]/gsu
const BACK_REFERENCE = /\\[1-9k]/
/** A group that looks around, names itself or changes flags: all but `(?:`. */
const SPECIAL_GROUP = /\(\?(?!:)/
/** What is repeated as a whole can be matched in very many ways, such as `(a+)+` (CWE-1333). */
const REPEATED_GROUP = /\)(?:[*+]|\{)/
const CHOICES = /[*+?|]|\{(\d+)(,?)(\d*)\}/g

/**
 * In how many ways a quantifier or a bar lets a matcher go on: at least one, also where more is asked for than a value may
 * have characters. What comes before it is tried all the same.
 */
function waysOf([sign, from, comma, to]: RegExpExecArray, maxLength: number): number {
  if (sign === '|' || sign === '?') return 2
  if (sign === '*' || sign === '+') return maxLength + 1
  if (comma === '') return 1
  return Math.max(1, (to === '' ? maxLength : Math.min(Number(to), maxLength)) - Number(from) + 1)
}

/**
 * Steps that a backtracking matcher takes at most: each choice multiplies the ways, and no group is repeated, so that
 * there is no choice within a choice.
 */
function stepsOf(shape: string, maxLength: number): number {
  // A `^` may belong to one side of a bar alone, and then the other side begins anywhere.
  const starts = shape.startsWith('^') && !shape.includes('|') ? 1 : maxLength + 1
  // The `?` of `(?:` is none, and one behind a quantifier says in which order it tries.
  const plain = shape.replaceAll('(?:', '(').replaceAll(/([*+?}])\?/g, '$1')
  return [...plain.matchAll(CHOICES)].reduce((steps, found) => steps * waysOf(found, maxLength), starts)
}

function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u') instanceof RegExp
  } catch {
    return false
  }
}

/**
 * Whether a pattern may be matched against values that others send: no value makes it take long.
 * @param pattern a regular expression (ECMA-262, flag `u`)
 * @param maxLength of the values, in characters
 * @returns which rule it breaks, in words that complete "The field …"
 */
export function patternFault(pattern: string, maxLength: number): string | undefined {
  if (!isPattern(pattern)) return 'must be a regular expression (ECMA-262, Unicode)'
  if (BACK_REFERENCE.test(pattern.replaceAll('\\\\', ''))) return 'must not refer back to a group'
  const shape = pattern.replaceAll(LITERALS, 'x')
  if (SPECIAL_GROUP.test(shape)) return 'must not look around, name groups or set flags'
  if (REPEATED_GROUP.test(shape)) return 'must not repeat a group: matching could take for ever'
  if (stepsOf(shape, maxLength) <= MAX_STEPS) return undefined
  return 'leaves too many ways to match: use fewer of * + ?, begin with ^ and have no |, or lower maxLength'
}
