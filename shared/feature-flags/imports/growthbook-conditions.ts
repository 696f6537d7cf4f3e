import * as z from 'zod'
import {
  ALWAYS,
  and,
  comparedLoosely,
  equalsLoosely,
  NEVER,
  not,
  oneOf,
  or,
  present,
  readingLike,
  type Formula,
} from './formula.ts'
import { Inexpressible } from './import.ts'
import { TARGETING_KEY } from './rules.ts'

type Json = z.output<ReturnType<typeof z.json>>
type Value = string | number | boolean

/** Lists of values that conditions name. */
export type SavedGroups = Readonly<Record<string, Json>>

const Conditions = z.record(z.string(), z.json())

/** The attribute that GrowthBook calls by this name. */
export const attributeOf = (name: string): string => (name === 'id' ? TARGETING_KEY : name)

const isValue = (value: Json): value is Value => ['string', 'number', 'boolean'].includes(typeof value)

/** Lists are matched by type and value; whoever has nothing has `null`. */
function inList(attribute: string, list: Json | undefined): Formula {
  if (!Array.isArray(list)) throw new Inexpressible('It has a condition with a list that is none.')
  if (!list.every((value) => value === null || isValue(value))) {
    throw new Inexpressible('It has a condition with a list of objects.')
  }
  return or(oneOf(attribute, list.filter(isValue)), list.includes(null) ? not(present(attribute)) : NEVER)
}

function inGroup(attribute: string, id: Json, groups: SavedGroups): Formula {
  const group = typeof id === 'string' ? groups[id] : undefined
  if (!Array.isArray(group)) throw new Inexpressible(`It names a saved group that is no list of values here.`)
  return inList(attribute, group)
}

function truthy(attribute: string): Formula {
  return and(present(attribute), not(oneOf(attribute, [false, 0, ''])))
}

/** Equality as conditions without an operator have it: of what a value reads like, or of its truth. */
function equals(attribute: string, value: Json): Formula {
  if (value === null) return not(present(attribute))
  if (typeof value === 'number') return equalsLoosely(attribute, value)
  if (typeof value === 'boolean') return value ? truthy(attribute) : oneOf(attribute, [false, 0, ''])
  if (value === 'null')
    throw new Inexpressible('It compares with the text "null", which no value reads like too.')
  if (typeof value === 'string') return oneOf(attribute, readingLike(value))
  throw new Inexpressible('It compares an attribute with a list or an object.')
}

const COMPARISONS = { $lt: 'less_than', $lte: 'at_most', $gt: 'greater_than', $gte: 'at_least' } as const

function compared(attribute: string, operator: keyof typeof COMPARISONS, value: Json): Formula {
  if (typeof value !== 'number') throw new Inexpressible(`It compares with "${operator}" by the alphabet.`)
  return comparedLoosely(attribute, COMPARISONS[operator], value)
}

function exactly(attribute: string, value: Json): Formula {
  return inList(attribute, [value])
}

function operatorFormula(attribute: string, operator: string, value: Json, groups: SavedGroups): Formula {
  switch (operator) {
    case '$eq':
      return exactly(attribute, value)
    case '$ne':
      return not(exactly(attribute, value))
    case '$in':
      return inList(attribute, value)
    case '$nin':
      return not(inList(attribute, value))
    case '$inGroup':
      return inGroup(attribute, value, groups)
    case '$notInGroup':
      return not(inGroup(attribute, value, groups))
    case '$exists':
      return value ? present(attribute) : not(present(attribute))
    case '$not':
      return not(valueFormula(attribute, value, groups))
    case '$lt':
    case '$lte':
    case '$gt':
    case '$gte':
      return compared(attribute, operator, value)
    default:
      throw new Inexpressible(`It has a condition with "${operator}".`)
  }
}

const isOperators = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).some((key) => key.startsWith('$'))

function valueFormula(attribute: string, value: Json, groups: SavedGroups): Formula {
  if (!isOperators(value)) return equals(attribute, value)
  return and(
    ...Object.entries(value).map(([operator, wanted]) =>
      operatorFormula(attribute, operator, wanted, groups),
    ),
  )
}

function listOf(value: Json, groups: SavedGroups): readonly Formula[] {
  const { success, data } = z.array(Conditions).safeParse(value)
  if (!success) throw new Inexpressible('It has alternatives that are no list of conditions.')
  return data.map((condition) => conditionFormula(condition, groups))
}

/** No alternative at all holds for everybody. */
function anyOf(value: Json, groups: SavedGroups): Formula {
  const formulas = listOf(value, groups)
  return formulas.length === 0 ? ALWAYS : or(...formulas)
}

function entryFormula(name: string, value: Json, groups: SavedGroups): Formula {
  if (name === '$or') return anyOf(value, groups)
  if (name === '$nor') return not(anyOf(value, groups))
  if (name === '$and') return and(...listOf(value, groups))
  if (name === '$not') return not(and(...listOf([value], groups)))
  if (name.startsWith('$')) throw new Inexpressible(`It has a condition with "${name}".`)
  if (name.includes('.')) throw new Inexpressible(`It looks into an attribute: "${name}".`)
  return valueFormula(attributeOf(name), value, groups)
}

/** When a condition in the language of MongoDB holds, as GrowthBook reads it. */
export const conditionFormula = (condition: Readonly<Record<string, Json>>, groups: SavedGroups): Formula =>
  and(...Object.entries(condition).map(([name, value]) => entryFormula(name, value, groups)))
