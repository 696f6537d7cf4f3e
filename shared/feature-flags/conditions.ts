import type { ContextValue } from './context.ts'
import type { Condition, Operator } from './flag.ts'
import { momentOf, numberOf, stringOf, versionOf, type Version } from './operands.ts'

type Wanted = Condition['values'][number]
/** Whether an attribute's value fits. */
export type Test = (actual: ContextValue) => boolean
/** What an operator asks; what can be known of the wanted values beforehand is known. */
type Asker = (wanted: readonly Wanted[]) => Test

const among: Asker = (wanted) => {
  const known = new Set<ContextValue>(wanted)
  return (actual) => known.has(actual)
}

/** Both sides are read, and whatever cannot be read fits nothing. */
const compared =
  <Read>(
    read: (value: ContextValue) => Read | undefined,
    fits: (actual: Read, wanted: Read) => boolean,
  ): Asker =>
  (wanted) => {
    const known = wanted.map(read).filter((value) => value !== undefined)
    return (actual) => {
      const value = read(actual)
      return value !== undefined && known.some((one) => fits(value, one))
    }
  }

/** Numbers come before words. */
function comparedIdentifiers(left: string, right: string): number {
  const isLeftNumber = /^\d+$/.test(left)
  const isRightNumber = /^\d+$/.test(right)
  if (isLeftNumber && isRightNumber) return Number(left) - Number(right)
  if (isLeftNumber !== isRightNumber) return isLeftNumber ? -1 : 1
  return Number(left > right) - Number(left < right)
}

/** The first difference of two lists; 0 when there is none as far as both go. */
function firstDifference<Part>(
  left: readonly Part[],
  right: readonly Part[],
  difference: (left: Part, right: Part) => number,
): number {
  for (const [index, part] of left.entries()) {
    const other = right[index]
    const found = other === undefined ? 0 : difference(part, other)
    if (found !== 0) return found
  }
  return 0
}

/** A release comes after its prereleases; a shorter list comes before one that goes on. */
function comparedPrereleases(left: readonly string[], right: readonly string[]): number {
  if (left.length === 0 || right.length === 0) return right.length - left.length
  return firstDifference(left, right, comparedIdentifiers) || left.length - right.length
}

/** Precedence by Semantic Versioning 2.0.0, section 11. */
const comparedVersions = (left: Version, right: Version): number =>
  firstDifference(left.numbers, right.numbers, (one, other) => one - other) ||
  comparedPrereleases(left.prerelease, right.prerelease)

const ASKERS: Readonly<Record<Exclude<Operator, 'present'>, Asker>> = {
  in: among,
  contains: compared(stringOf, (actual, wanted) => actual.includes(wanted)),
  starts_with: compared(stringOf, (actual, wanted) => actual.startsWith(wanted)),
  ends_with: compared(stringOf, (actual, wanted) => actual.endsWith(wanted)),
  less_than: compared(numberOf, (actual, wanted) => actual < wanted),
  at_most: compared(numberOf, (actual, wanted) => actual <= wanted),
  greater_than: compared(numberOf, (actual, wanted) => actual > wanted),
  at_least: compared(numberOf, (actual, wanted) => actual >= wanted),
  before: compared(momentOf, (actual, wanted) => actual < wanted),
  after: compared(momentOf, (actual, wanted) => actual > wanted),
  semver_equal: compared(versionOf, (actual, wanted) => comparedVersions(actual, wanted) === 0),
  semver_less_than: compared(versionOf, (actual, wanted) => comparedVersions(actual, wanted) < 0),
  semver_greater_than: compared(versionOf, (actual, wanted) => comparedVersions(actual, wanted) > 0),
}

const isList = (value: ContextValue): value is readonly ContextValue[] => Array.isArray(value)

/**
 * What a condition asks of its attribute's value. One of the condition's values has to fit; of a list, one entry.
 * An attribute that is not there fits no value.
 */
export function testOf({ operator, values, negate }: Omit<Condition, 'attribute'>): Test {
  if (operator === 'present') return (actual) => (actual !== undefined && actual !== null) !== negate
  const fits = ASKERS[operator](values)
  return (actual) => (isList(actual) ? actual.some((entry) => fits(entry)) : fits(actual)) !== negate
}
