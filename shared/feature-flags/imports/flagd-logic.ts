import type * as z from 'zod'
import {
  ALWAYS,
  and,
  comparedLoosely,
  comparedVersion,
  equalsLoosely,
  NEVER,
  not,
  oneOf,
  or,
  present,
  test,
  type Formula,
  type VersionComparison,
} from './formula.ts'
import { Inexpressible } from './import.ts'

export type Json = z.output<ReturnType<typeof z.json>>

/** An operation of JsonLogic: one name, and what it is applied to. */
interface Operation {
  readonly name: string
  readonly operands: readonly Json[]
}

const isPrimitive = (value: Json | undefined): value is string | number | boolean | null =>
  value !== undefined && (value === null || typeof value !== 'object')

/** The operation that a node is, if it is one. A single operand may stand without a list. */
export function operationOf(node: Json): Operation | undefined {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return undefined
  const [entry, ...others] = Object.entries(node)
  if (entry === undefined || others.length > 0) return undefined
  const [name, operands] = entry
  return { name, operands: Array.isArray(operands) ? operands : [operands] }
}

const shown = (node: Json): string => JSON.stringify(node).slice(0, 100)

/** The attribute that a node reads; `undefined` when it does something else. */
export function attributeOf(node: Json | undefined): string | undefined {
  const operation = node === undefined ? undefined : operationOf(node)
  if (operation?.name !== 'var') return undefined
  const [name, fallback] = operation.operands
  if (typeof name !== 'string' || name === '' || /[./\\]/.test(name) || fallback !== undefined) {
    throw new Inexpressible(`It reads ${shown([...operation.operands])} of the context.`)
  }
  return name
}

/** Compared with an attribute, whichever stands first. */
interface Pair {
  readonly attribute: string
  readonly value: string | number | boolean | null
  readonly isTurned: boolean
}

function pairOf({ name, operands }: Operation): Pair {
  const [left, right, ...others] = operands
  const attribute = attributeOf(left) ?? attributeOf(right)
  const isTurned = attributeOf(left) === undefined
  const value = isTurned ? left : right
  if (attribute === undefined || !isPrimitive(value) || others.length > 0) {
    throw new Inexpressible(`It has a "${name}" that does not compare an attribute with a value.`)
  }
  return { attribute, value, isTurned }
}

/** Equality as JavaScript has it with two equals signs, but for `null`, which is 0 to numbers. */
function looselyEqual({ attribute, value }: Pair): Formula {
  if (value === null) return or(not(present(attribute)), oneOf(attribute, [0, false]))
  if (typeof value !== 'string') return equalsLoosely(attribute, Number(value))
  const number = Number(value)
  if (Number.isNaN(number)) return oneOf(attribute, [value])
  const truth = number === 0 || number === 1 ? [number === 1] : []
  return oneOf(attribute, [value, number, ...truth])
}

const strictlyEqual = ({ attribute, value }: Pair): Formula =>
  value === null ? not(present(attribute)) : oneOf(attribute, [value])

const TURNED = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const
const COMPARISONS = { '<': 'less_than', '<=': 'at_most', '>': 'greater_than', '>=': 'at_least' } as const
type Sign = keyof typeof COMPARISONS

function compared(sign: Sign, operands: readonly Json[]): Formula {
  // Three are in order when both pairs are.
  if (operands.length === 3)
    return and(compared(sign, operands.slice(0, 2)), compared(sign, operands.slice(1)))
  const { attribute, value, isTurned } = pairOf({ name: sign, operands })
  if (typeof value !== 'number') throw new Inexpressible(`It compares with "${sign}" by the alphabet.`)
  return comparedLoosely(attribute, COMPARISONS[isTurned ? TURNED[sign] : sign], value)
}

/** An attribute in a list of values, or a text in an attribute that is taken to be a text. */
function within([needle, haystack]: readonly Json[]): Formula {
  const attribute = attributeOf(needle)
  if (attribute !== undefined && Array.isArray(haystack) && haystack.every(isPrimitive)) {
    const values = haystack.filter((value) => value !== null)
    return or(oneOf(attribute, values), haystack.includes(null) ? not(present(attribute)) : NEVER)
  }
  const searched = attributeOf(haystack)
  if (searched !== undefined && typeof needle === 'string') return test(searched, 'contains', needle)
  throw new Inexpressible(
    'It has an "in" of another form than an attribute in a list, or a text in an attribute.',
  )
}

function texts(operator: 'starts_with' | 'ends_with', [text, part]: readonly Json[]): Formula {
  const attribute = attributeOf(text)
  if (attribute === undefined || typeof part !== 'string') {
    throw new Inexpressible(`It has a "${operator}" that does not compare an attribute with a text.`)
  }
  return test(attribute, operator, part)
}

const VERSION =
  /^[vV]?((?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)$/
const PART_OF_VERSION = /^[vV]?(\d+)(?:\.(\d+))?$/
const VERSION_COMPARISONS: ReadonlySet<Json> = new Set(['=', '!=', '<', '<=', '>', '>=', '^', '~'])

const isVersionComparison = (name: Json | undefined): name is VersionComparison =>
  name !== undefined && VERSION_COMPARISONS.has(name)

function versions([attributeNode, comparison, given]: readonly Json[]): Formula {
  const attribute = attributeOf(attributeNode)
  const text = typeof given === 'object' ? '' : String(given)
  const partial = PART_OF_VERSION.exec(text)
  const version =
    partial === null ? VERSION.exec(text)?.[1] : `${Number(partial[1])}.${Number(partial[2] ?? 0)}.0`
  if (attribute === undefined || !isVersionComparison(comparison) || version === undefined) {
    throw new Inexpressible('It has a "sem_ver" that does not compare an attribute with a version.')
  }
  return comparedVersion(attribute, comparison, version)
}

function all(operands: readonly Json[], join: (...formulas: readonly Formula[]) => Formula): Formula {
  if (operands.length === 0) throw new Inexpressible('It has an "and" or an "or" of nothing.')
  return join(...operands.map(conditionFormula))
}

const truthy = (attribute: string): Formula => and(present(attribute), not(oneOf(attribute, [false, 0, ''])))

function operationFormula(operation: Operation): Formula {
  const { name, operands } = operation
  switch (name) {
    case '!':
      return not(conditionFormula(operands[0] ?? null))
    case '!!':
      return conditionFormula(operands[0] ?? null)
    case 'and':
      return all(operands, and)
    case 'or':
      return all(operands, or)
    case '==':
      return looselyEqual(pairOf(operation))
    case '!=':
      return not(looselyEqual(pairOf(operation)))
    case '===':
      return strictlyEqual(pairOf(operation))
    case '!==':
      return not(strictlyEqual(pairOf(operation)))
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compared(name, operands)
    case 'in':
      return within(operands)
    case 'starts_with':
    case 'ends_with':
      return texts(name, operands)
    case 'sem_ver':
      return versions(operands)
    default:
      throw new Inexpressible(`It has the operation "${name}" in a condition.`)
  }
}

/** When a node is true, or what JsonLogic takes for it. */
export function conditionFormula(node: Json): Formula {
  if (isPrimitive(node)) return node ? ALWAYS : NEVER
  const attribute = attributeOf(node)
  if (attribute !== undefined) return truthy(attribute)
  const operation = operationOf(node)
  if (operation === undefined) throw new Inexpressible(`It has ${shown(node)} for a condition.`)
  return operationFormula(operation)
}

const BOOLEAN = new Set(['==', '!=', '===', '!==', '<', '<=', '>', '>=', 'in', '!', '!!'])

/** Whether a node is `true` or `false` for everybody, and nothing else that counts as one of them. */
export function isBoolean(node: Json): boolean {
  const operation = operationOf(node)
  if (operation === undefined) return typeof node === 'boolean'
  const isJoin = operation.name === 'and' || operation.name === 'or'
  return isJoin ? operation.operands.every(isBoolean) : BOOLEAN.has(operation.name)
}
