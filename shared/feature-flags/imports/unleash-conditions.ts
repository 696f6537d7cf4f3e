import * as z from 'zod'
import {
  ALWAYS,
  and,
  comparedVersion,
  isNumber,
  NEVER,
  not,
  oneOf,
  readingLike,
  test,
  type Formula,
  type VersionComparison,
} from './formula.ts'
import { Inexpressible, optionalList } from './import.ts'
import { TARGETING_KEY } from './rules.ts'

export const Constraint = z.object({
  contextName: z.string(),
  operator: z.string(),
  values: optionalList(z.string()),
  value: z.union([z.string(), z.number()]).nullish(),
  caseInsensitive: z.boolean().nullish(),
  inverted: z.boolean().nullish(),
})
type Constraint = z.output<typeof Constraint>

/** The attribute of a context that Unleash calls by this name. */
export const attributeOf = (contextName: string): string =>
  contextName === 'userId' ? TARGETING_KEY : contextName

const TEXT_OPERATORS: Readonly<Record<string, 'starts_with' | 'ends_with' | 'contains'>> = {
  STR_STARTS_WITH: 'starts_with',
  STR_ENDS_WITH: 'ends_with',
  STR_CONTAINS: 'contains',
}

const NUMBER_OPERATORS: Readonly<Record<string, 'less_than' | 'at_most' | 'greater_than' | 'at_least'>> = {
  NUM_LT: 'less_than',
  NUM_LTE: 'at_most',
  NUM_GT: 'greater_than',
  NUM_GTE: 'at_least',
}

const VERSION_OPERATORS: Readonly<Record<string, VersionComparison>> = {
  SEMVER_EQ: '=',
  SEMVER_LT: '<',
  SEMVER_LTE: '<=',
  SEMVER_GT: '>',
  SEMVER_GTE: '>=',
}

const VERSION = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/

/** Unleash leaves out empty values and spaces around them. */
const valuesOf = ({ values }: Constraint): readonly string[] =>
  values.filter((value) => value !== '').map((value) => value.trim())

/** Texts are compared with what an attribute reads like. */
export const readsLike = (contextName: string, values: readonly string[]): Formula =>
  oneOf(attributeOf(contextName), values.flatMap(readingLike))

function textFormula(constraint: Constraint, operator: 'starts_with' | 'ends_with' | 'contains'): Formula {
  if (constraint.caseInsensitive === true) {
    throw new Inexpressible('It compares texts without regard to upper and lower case.')
  }
  const values = valuesOf(constraint)
  return values.length === 0 ? NEVER : test(attributeOf(constraint.contextName), operator, ...values)
}

function numberFormula({ contextName, operator, value }: Constraint): Formula | undefined {
  const comparison = NUMBER_OPERATORS[operator]
  if (comparison === undefined && operator !== 'NUM_EQ') return undefined
  const number = Number(value)
  if (Number.isNaN(number)) return NEVER
  const attribute = attributeOf(contextName)
  return comparison === undefined ? isNumber(attribute, number) : test(attribute, comparison, number)
}

function versionFormula({ contextName, operator, value }: Constraint): Formula | undefined {
  const comparison = VERSION_OPERATORS[operator]
  if (comparison === undefined) return undefined
  const version = String(value)
  if (!VERSION.test(version)) throw new Inexpressible(`It compares with "${version}", which is no version.`)
  const attribute = attributeOf(contextName)
  return and(not(test(attribute, 'starts_with', 'v')), comparedVersion(attribute, comparison, version))
}

function plainFormula(constraint: Constraint): Formula {
  const { contextName, operator } = constraint
  if (operator === 'IN') return readsLike(contextName, valuesOf(constraint))
  if (operator === 'NOT_IN') return not(readsLike(contextName, valuesOf(constraint)))
  const text = TEXT_OPERATORS[operator]
  const formula =
    text === undefined
      ? (numberFormula(constraint) ?? versionFormula(constraint))
      : textFormula(constraint, text)
  if (formula === undefined) throw new Inexpressible(`It has a constraint with "${operator}".`)
  return formula
}

/** When all constraints of a strategy hold. */
export const constraintsFormula = (constraints: readonly Constraint[]): Formula =>
  constraints.reduce((all, constraint) => {
    const formula = plainFormula(constraint)
    return and(all, constraint.inverted === true ? not(formula) : formula)
  }, ALWAYS)
