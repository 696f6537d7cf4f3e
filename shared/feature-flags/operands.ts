import type { ContextValue } from './context.ts'
import type { Condition, Operator } from './flag.ts'

/** A text, to look for a part of it. */
export const stringOf = (value: ContextValue): string | undefined =>
  typeof value === 'string' ? value : undefined

/** A text that is a number is one: addresses and forms carry no others. */
export function numberOf(value: ContextValue): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const number = Number(value)
  return Number.isNaN(number) ? undefined : number
}

/** A day, or a moment with its offset: without one it would depend on where it is read. */
const ISO_8601 = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[-+]\d\d:\d\d))?$/

/** Milliseconds since the epoch, of ISO 8601 or of a number that is that already. */
export function momentOf(value: ContextValue): number | undefined {
  if (value instanceof Date) return value.getTime()
  if (typeof value === 'number') return value
  // Date.parse alone takes whatever looks like a date, e.g. "release 2".
  const moment = typeof value === 'string' && ISO_8601.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(moment) ? undefined : moment
}

const SEMVER = /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:-([0-9A-Za-z.-]{1,100}))?(?:\+.{0,100})?$/

/** A version, in parts. */
export interface Version {
  readonly numbers: readonly number[]
  readonly prerelease: readonly string[]
}

/** Semantic Versioning 2.0.0; what is missing counts as 0. */
export function versionOf(value: ContextValue): Version | undefined {
  const match = typeof value === 'string' ? SEMVER.exec(value) : null
  if (match === null) return undefined
  return {
    numbers: [match[1], match[2], match[3]].map((part) => Number(part ?? 0)),
    prerelease: match[4]?.split('.') ?? [],
  }
}

/** How an operator reads what it compares, and what that is called. */
interface Operand {
  readonly read: (value: ContextValue) => unknown
  readonly name: string
}

const TEXT: Operand = { read: stringOf, name: 'a text' }
const NUMBER: Operand = { read: numberOf, name: 'a number' }
const MOMENT: Operand = {
  read: momentOf,
  name: 'a day, or a moment with its offset, in ISO 8601; or milliseconds since the epoch',
}
const VERSION: Operand = { read: versionOf, name: 'a version such as 1.4.0' }

const OPERANDS: Readonly<Partial<Record<Operator, Operand>>> = {
  contains: TEXT,
  starts_with: TEXT,
  ends_with: TEXT,
  less_than: NUMBER,
  at_most: NUMBER,
  greater_than: NUMBER,
  at_least: NUMBER,
  before: MOMENT,
  after: MOMENT,
  semver_equal: VERSION,
  semver_less_than: VERSION,
  semver_greater_than: VERSION,
}

/**
 * Values that a condition's operator cannot read: nothing would ever fit them.
 * @returns where each stands in `values`, and what it must be
 */
export function operandFaults({
  operator,
  values,
}: Pick<Condition, 'operator' | 'values'>): readonly (readonly [index: number, rule: string])[] {
  const operand = OPERANDS[operator]
  if (operand === undefined) return []
  return values.flatMap((value, index) =>
    operand.read(value) === undefined
      ? [[index, `must be ${operand.name}: "${operator}" compares such`] as const]
      : [],
  )
}
