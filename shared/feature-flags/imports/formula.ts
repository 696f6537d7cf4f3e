import type { Condition, Operator } from '../flag.ts'
import { Inexpressible } from './import.ts'

/**
 * What has to hold for a rule, as one list of conditions or another: all conditions of one of the lists (disjunctive normal
 * form). Each list becomes a rule of its own.
 */
export type Formula = readonly (readonly Condition[])[]
type Value = Condition['values'][number]

export const ALWAYS: Formula = [[]]
export const NEVER: Formula = []

/** As many rules as a flag can have; more conditions than a rule can have, or than its negation can have rules. */
const MAX_LISTS = 50
const MAX_CONDITIONS = 50
/** As many values as a condition can have. */
const MAX_VALUES = 1_000

const checked = (formula: Formula): Formula => {
  if (formula.length > MAX_LISTS) throw new Inexpressible('Its conditions would take more than 50 rules.')
  if (formula.some((list) => list.length > MAX_CONDITIONS)) {
    throw new Inexpressible('It would take a rule with more than 50 conditions.')
  }
  return formula
}

/** One condition: one of the values has to fit the attribute. */
export const test = (attribute: string, operator: Operator, ...values: readonly Value[]): Formula => [
  [{ attribute, operator, values: [...values], negate: false }],
]

/** One of these holds. */
export const or = (...formulas: readonly Formula[]): Formula => checked(formulas.flat())

/** All of these hold. */
export const and = (...formulas: readonly Formula[]): Formula =>
  formulas.reduce(
    (all, formula) => checked(all.flatMap((left) => formula.map((right) => [...left, ...right]))),
    ALWAYS,
  )

/** The formula does not hold (De Morgan). */
export const not = (formula: Formula): Formula =>
  and(...formula.map((list) => list.map((condition) => [{ ...condition, negate: !condition.negate }])))

/** The attribute, or an entry of it when it is a list, is one of these values, of the same type. */
export function oneOf(attribute: string, values: readonly Value[]): Formula {
  const chunks = Array.from({ length: Math.ceil(values.length / MAX_VALUES) }, (_, index) =>
    values.slice(index * MAX_VALUES, (index + 1) * MAX_VALUES),
  )
  return or(...chunks.map((chunk) => test(attribute, 'in', ...chunk)))
}

/** There is a value, other than `null`. */
export const present = (attribute: string): Formula => test(attribute, 'present')

/** There is an id to be put into a bucket: vendors take what JavaScript finds false for none. */
export const identified = (attribute: string): Formula =>
  and(present(attribute), not(oneOf(attribute, ['', 0, false])))

/** It is a text: every text contains the empty one. */
export const isText = (attribute: string): Formula => test(attribute, 'contains', '')

/** A text as a value of other types that vendors find equal to it: they compare what the values read like. */
export function readingLike(text: string): readonly Value[] {
  const number = Number(text)
  const values: Value[] = [text]
  if (String(number) === text) values.push(number)
  if (text === 'true' || text === 'false') values.push(text === 'true')
  return values
}

const COMPARISONS = {
  less_than: (left: number, right: number) => left < right,
  at_most: (left: number, right: number) => left <= right,
  greater_than: (left: number, right: number) => left > right,
  at_least: (left: number, right: number) => left >= right,
} as const
type Comparison = keyof typeof COMPARISONS

/** Whoever has none of it, an empty text or `false` counts as 0, as JavaScript has it, and `true` as 1. */
const unlikely = (fits: (number: number) => boolean, attribute: string): Formula =>
  or(
    fits(0) ? or(not(present(attribute)), oneOf(attribute, ['', false])) : NEVER,
    fits(1) ? oneOf(attribute, [true]) : NEVER,
  )

/** Compares as JavaScript compares any value with a number. */
export const comparedLoosely = (attribute: string, comparison: Comparison, number: number): Formula =>
  or(
    test(attribute, comparison, number),
    unlikely((value) => COMPARISONS[comparison](value, number), attribute),
  )

/** The attribute is this number, or reads like it. */
export const isNumber = (attribute: string, number: number): Formula =>
  and(test(attribute, 'at_least', number), test(attribute, 'at_most', number))

/** Equals a number as JavaScript has it. */
export const equalsLoosely = (attribute: string, number: number): Formula =>
  or(
    isNumber(attribute, number),
    unlikely((value) => value === number, attribute),
  )

/** How two versions compare, by precedence (Semantic Versioning 2.0.0). */
export type VersionComparison = '=' | '!=' | '<' | '<=' | '>' | '>=' | '^' | '~'

/** The first version with the same leading numbers, and the first one after them. */
function familyOf(version: string, leading: 1 | 2): readonly [first: string, end: string] {
  const [major, minor] = version.split('.')
  return leading === 1
    ? [`${major}.0.0-0`, `${Number(major) + 1}.0.0-0`]
    : [`${major}.${minor}.0-0`, `${major}.${Number(minor) + 1}.0-0`]
}

const within = (attribute: string, [first, end]: readonly [string, string]): Formula =>
  and(
    or(test(attribute, 'semver_equal', first), test(attribute, 'semver_greater_than', first)),
    test(attribute, 'semver_less_than', end),
  )

/**
 * Compares versions. Whatever is no version fits nothing, as everywhere.
 * @param version with major, minor and patch number
 */
export function comparedVersion(attribute: string, comparison: VersionComparison, version: string): Formula {
  const equal = test(attribute, 'semver_equal', version)
  const less = test(attribute, 'semver_less_than', version)
  const greater = test(attribute, 'semver_greater_than', version)
  const formulas: Readonly<Record<VersionComparison, () => Formula>> = {
    '=': () => equal,
    '!=': () => or(less, greater),
    '<': () => less,
    '<=': () => or(less, equal),
    '>': () => greater,
    '>=': () => or(greater, equal),
    '^': () => within(attribute, familyOf(version, 1)),
    '~': () => within(attribute, familyOf(version, 2)),
  }
  return formulas[comparison]()
}
