import * as z from 'zod'
import { isDeeperThan } from '../../kernel/json-value.ts'
import type { Flag, FlagRule } from '../flag.ts'
import { fractionalOf } from './flagd-fractional.ts'
import { conditionFormula, isBoolean, operationOf, type Json } from './flagd-logic.ts'
import { ALWAYS, and, type Formula } from './formula.ts'
import { checkedFlag, imported, Inexpressible, parsed, type Importer } from './import.ts'
import { flagByRules, splitRules, variantOfId, variantRules } from './rules.ts'
import { typeOfValues } from './values.ts'

const FlagdFlag = z.object({
  state: z.enum(['ENABLED', 'DISABLED']),
  variants: z.record(z.string(), z.json()),
  defaultVariant: z.string().nullish(),
  targeting: z.json().optional(),
})
type FlagdFlag = z.output<typeof FlagdFlag>

/** A flag definition file of flagd. */
const Definition = z.object({
  flags: z.record(z.string(), z.unknown()),
  $evaluators: z.record(z.string(), z.json()).nullish(),
})

/** What a flag is made of, while it is imported. */
interface Parts {
  readonly key: string
  readonly names: readonly string[]
  readonly defaultVariant: string
}

function nameOf(node: string | number | boolean | null, { names, defaultVariant }: Parts): string {
  if (node === null) return defaultVariant
  const name = String(node)
  if (!names.includes(name)) throw new Inexpressible(`It targets "${name}", which is none of its variants.`)
  return name
}

/** Whoever fits is in one part or another. */
function fractionalRules(operands: readonly Json[], when: Formula, parts: Parts): readonly FlagRule[] {
  const fractional = fractionalOf(operands, parts.key, parts.defaultVariant)
  const rest = variantRules(when, parts.defaultVariant)
  if (fractional === undefined) return rest
  const { withId, withoutId, parts: split } = fractional
  return [
    ...withoutId.flatMap(([who, text]) =>
      variantRules(and(when, who), variantOfId(split, text), 'Without an id'),
    ),
    ...splitRules(and(when, withId), split),
    ...rest,
  ]
}

/** Far more than a flag can have rules. Each branch stands within the one before it. */
const MAX_BRANCHES = 200

/** Conditions and what follows from them, in turn; at the end whatever is left. */
function branches(
  [first, second, ...others]: readonly Json[],
  when: Formula,
  parts: Parts,
): readonly FlagRule[] {
  if (first === undefined) return variantRules(when, parts.defaultVariant)
  if (second === undefined) return targetingRules(first, when, parts)
  return [
    ...targetingRules(second, and(when, conditionFormula(first)), parts),
    ...branches(others, when, parts),
  ]
}

/** The rules of a node: together they decide about everybody who fits. */
function targetingRules(node: Json, when: Formula, parts: Parts): readonly FlagRule[] {
  const operation = operationOf(node)
  if (operation?.name === 'if') {
    if (operation.operands.length > 2 * MAX_BRANCHES) {
      throw new Inexpressible('It has an "if" of more than 200 branches.')
    }
    return branches(operation.operands, when, parts)
  }
  if (operation?.name === 'fractional') return fractionalRules(operation.operands, when, parts)
  if (typeof node !== 'object' || node === null) return variantRules(when, nameOf(node, parts))
  if (isBoolean(node)) {
    return [
      ...variantRules(and(when, conditionFormula(node)), nameOf(true, parts)),
      ...variantRules(when, nameOf(false, parts)),
    ]
  }
  throw new Inexpressible(`It targets what ${JSON.stringify(node).slice(0, 100)} says.`)
}

/** The variants of who has the feature and of who has not, as far as their names or values say so. */
function endsOf({ variants }: FlagdFlag, defaultVariant: string) {
  const names = Object.keys(variants)
  const find = (value: boolean, name: string) =>
    names.find((candidate) => variants[candidate] === value) ?? names.find((candidate) => candidate === name)
  const off = find(false, 'off') ?? defaultVariant
  return { on: find(true, 'on') ?? names.find((name) => name !== off) ?? off, off }
}

function flagOf(key: string, flag: FlagdFlag): Flag {
  const { state, variants, defaultVariant, targeting } = flag
  if (state === 'DISABLED') {
    throw new Inexpressible(
      'It is disabled: callers get their own default, as of a flag that does not exist.',
    )
  }
  if (!defaultVariant) throw new Inexpressible('It has no default variant: callers get their own default.')
  const names = Object.keys(variants)
  const isTargeting = typeof targeting === 'object' && targeting !== null && Object.keys(targeting).length > 0
  const rules = isTargeting ? targetingRules(targeting, ALWAYS, { key, names, defaultVariant }) : []
  return checkedFlag(key, {
    ...flagByRules(rules, defaultVariant, endsOf(flag, defaultVariant)),
    type: typeOfValues(Object.values(variants)),
    variants,
  })
}

/** Twice what a definition may take: evaluators that name others twice each would double it time and again. */
const MAX_CHARACTERS = 1_000_000
/** Each is looked for in the whole text. */
const MAX_EVALUATORS = 500
/** Whoever reads on goes down level by level. */
const MAX_DEPTH = 100

const tooLarge = (what: string): Inexpressible =>
  new Inexpressible(`With its evaluators where they are referred to, it would ${what}.`)

/** @throws `Inexpressible` before a text is made that is too long */
function replaced(text: string, reference: string, evaluator: string): string {
  const parts = text.split(reference)
  const characters = text.length + (parts.length - 1) * (evaluator.length - reference.length)
  if (characters > MAX_CHARACTERS) throw tooLarge('take more than a million characters')
  return parts.join(evaluator)
}

/** Puts evaluators where they are referred to: in the text, as flagd does it. */
function withEvaluators(definition: unknown): z.output<typeof Definition> {
  const { $evaluators, ...whole } = parsed(Definition, definition)
  const evaluators = Object.entries($evaluators ?? {})
  if (evaluators.length === 0) return whole
  if (evaluators.length > MAX_EVALUATORS) throw new Inexpressible('It has more than 500 evaluators.')
  const text = evaluators.reduce(
    (so, [name, evaluator]) => replaced(so, `{"$ref":"${name}"}`, JSON.stringify(evaluator)),
    JSON.stringify(whole),
  )
  const resolved: unknown = JSON.parse(text)
  if (isDeeperThan(MAX_DEPTH, resolved)) throw tooLarge('be nested more than 100 deep')
  return parsed(Definition, resolved)
}

/**
 * Imports flags of flagd. Attributes in which a text is looked for, or that are compared with one value, are taken to be no
 * lists; versions to be texts, written by their rules.
 */
export const flagd: Importer = (definition) =>
  imported(() =>
    Object.entries(withEvaluators(definition).flags).map(
      ([key, flag]) => [key, () => [flagOf(key, parsed(FlagdFlag, flag))]] as const,
    ),
  )
