import * as z from 'zod'
import { and, isText, NEVER, not, oneOf, or, present, test, type Formula } from './formula.ts'
import { Inexpressible, optionalList } from './import.ts'
import { TARGETING_KEY } from './rules.ts'
import type { Operator } from '../flag.ts'

type Json = z.output<ReturnType<typeof z.json>>

export const Clause = z.object({
  attribute: z.string().nullish(),
  op: z.string(),
  values: optionalList(z.json()),
  negate: z.boolean().nullish(),
  contextKind: z.string().nullish(),
})
export type Clause = z.output<typeof Clause>

const Keys = optionalList(z.string())
const ContextKeys = z.object({ contextKind: z.string().nullish(), values: Keys })

export const Segment = z.object({
  included: Keys,
  excluded: Keys,
  includedContexts: optionalList(ContextKeys),
  excludedContexts: optionalList(ContextKeys),
  rules: optionalList(z.object({ clauses: optionalList(Clause), weight: z.number().nullish() })),
  unbounded: z.boolean().nullish(),
})
type Segment = z.output<typeof Segment>

/** Segments by key, and who is in those that have been asked for: however often they are named, each is read once. */
export interface Segments {
  readonly byKey: ReadonlyMap<string, Segment>
  readonly formulas: Map<string, Formula>
}

/** Nothing has been asked for yet. */
export const segmentsOf = (segments: Readonly<Record<string, Segment>>): Segments => ({
  byKey: new Map(Object.entries(segments)),
  formulas: new Map(),
})

/** Segments that name one another are read level by level. */
const MAX_WITHIN = 50

/** A reference to an attribute starts with a slash where its name would be taken for something else. */
function nameOf(reference: string): string {
  if (!reference.startsWith('/')) return reference
  if (reference.includes('/', 1)) throw new Inexpressible(`It looks into an attribute: "${reference}".`)
  return reference.slice(1).replaceAll('~1', '/').replaceAll('~0', '~')
}

/**
 * The attribute of a context here. The key of a user is the targeting key; the key of another kind is the attribute with the
 * name of this kind, such as `organization`.
 * @param kind absent in definitions from before there were kinds, which name attributes as they are
 */
export function attributeOf(reference: string, kind: string | null | undefined): string {
  const name = kind ? nameOf(reference) : reference
  if (['', 'kind', 'anonymous'].includes(name))
    throw new Inexpressible(`It asks for the attribute "${name}".`)
  if (!kind || kind === 'user') return name === 'key' ? TARGETING_KEY : name
  if (name === 'key') return kind
  throw new Inexpressible(
    `It asks for the attribute "${name}" of the kind "${kind}", which has a key alone here.`,
  )
}

const texts = (values: readonly Json[]) => values.filter((value) => typeof value === 'string')
const numbers = (values: readonly Json[]) => values.filter((value) => typeof value === 'number')

const any = (attribute: string, operator: Operator, values: readonly (string | number)[]): Formula =>
  values.length === 0 ? NEVER : test(attribute, operator, ...values)

const VERSION = /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){0,2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d(?::\d\d)?)/

/** Only numbers are compared, and not texts that read like them. */
const comparing =
  (operator: Operator) =>
  (attribute: string, values: readonly Json[]): Formula =>
    and(any(attribute, operator, numbers(values)), not(isText(attribute)))

const matching =
  (operator: Operator) =>
  (attribute: string, values: readonly Json[]): Formula =>
    any(attribute, operator, texts(values))

/** Of texts, only those with the marks of RFC 3339 are moments: JavaScript takes more for some. */
const isMoment = (attribute: string): Formula =>
  or(
    not(isText(attribute)),
    and(test(attribute, 'contains', 'T'), test(attribute, 'contains', ':'), test(attribute, 'contains', '-')),
  )

const dating =
  (operator: Operator) =>
  (attribute: string, values: readonly Json[]): Formula =>
    and(
      any(attribute, operator, [...numbers(values), ...texts(values).filter((text) => MOMENT.test(text))]),
      isMoment(attribute),
    )

/** A version that starts with a "v" is none. */
const versioning =
  (operator: Operator) =>
  (attribute: string, values: readonly Json[]): Formula =>
    and(
      not(test(attribute, 'starts_with', 'v')),
      any(
        attribute,
        operator,
        texts(values).filter((text) => VERSION.test(text)),
      ),
    )

const OPERATORS: Readonly<Record<string, (attribute: string, values: readonly Json[]) => Formula>> = {
  in: (attribute, values) =>
    oneOf(
      attribute,
      values.filter((value) => value !== null && typeof value !== 'object'),
    ),
  startsWith: matching('starts_with'),
  endsWith: matching('ends_with'),
  contains: matching('contains'),
  lessThan: comparing('less_than'),
  lessThanOrEqual: comparing('at_most'),
  greaterThan: comparing('greater_than'),
  greaterThanOrEqual: comparing('at_least'),
  before: dating('before'),
  after: dating('after'),
  semVerEqual: versioning('semver_equal'),
  semVerLessThan: versioning('semver_less_than'),
  semVerGreaterThan: versioning('semver_greater_than'),
}

/** Who is in the segment with this key; nobody when there is none. */
function membersOf(key: string, segments: Segments, within: readonly string[]): Formula {
  const { byKey, formulas } = segments
  if (within.includes(key)) throw new Inexpressible(`Its segment "${key}" leads back to itself.`)
  if (within.length >= MAX_WITHIN) throw new Inexpressible('Its segments name one another more than 50 deep.')
  const segment = byKey.get(key)
  const formula = formulas.get(key) ?? (segment ? segmentFormula(segment, segments, [...within, key]) : NEVER)
  formulas.set(key, formula)
  return formula
}

function segmentsFormula({ values, negate }: Clause, segments: Segments, within: readonly string[]): Formula {
  const formula = or(...texts(values).map((key) => membersOf(key, segments, within)))
  return negate === true ? not(formula) : formula
}

/** When a clause holds. Whoever lacks the attribute fits neither it nor its negation. */
function clauseFormula(clause: Clause, segments: Segments, within: readonly string[]): Formula {
  if (clause.op === 'segmentMatch') return segmentsFormula(clause, segments, within)
  const operator = OPERATORS[clause.op]
  if (operator === undefined) throw new Inexpressible(`It has a clause with "${clause.op}".`)
  const attribute = attributeOf(clause.attribute ?? '', clause.contextKind)
  const formula = operator(attribute, clause.values)
  return clause.negate === true ? and(present(attribute), not(formula)) : formula
}

/** When all clauses hold. */
export const clausesFormula = (
  clauses: readonly Clause[],
  segments: Segments,
  within: readonly string[] = [],
): Formula => and(...clauses.map((clause) => clauseFormula(clause, segments, within)))

/** Whose key is among these. */
export const keysFormula = (lists: readonly z.output<typeof ContextKeys>[]): Formula =>
  or(...lists.map(({ contextKind, values }) => oneOf(attributeOf('key', contextKind), values)))

/** Who is in a segment: whom it includes, and whom its rules fit unless it excludes them. */
function segmentFormula(segment: Segment, segments: Segments, within: readonly string[]): Formula {
  if (segment.unbounded === true)
    throw new Inexpressible('It asks for a segment whose members are elsewhere.')
  const included = keysFormula([
    ...segment.includedContexts,
    { contextKind: 'user', values: segment.included },
  ])
  const excluded = keysFormula([
    ...segment.excludedContexts,
    { contextKind: 'user', values: segment.excluded },
  ])
  const rules = segment.rules.map(({ clauses, weight }) => {
    if (weight !== undefined && weight !== null) {
      throw new Inexpressible('It asks for a segment with a percentage.')
    }
    return clausesFormula(clauses, segments, within)
  })
  return or(included, and(not(excluded), or(...rules)))
}
