import type * as z from 'zod'
import { bucketerOf } from '../../shared/feature-flags/bucketing.ts'
import type { EvaluationContext } from '../../shared/feature-flags/context.ts'
import { evaluate, type FlagSet } from '../../shared/feature-flags/evaluate.ts'
import { flagSetOf } from '../../shared/feature-flags/flag-set.ts'
import { FlagFields, flagOf, type Flag } from '../../shared/feature-flags/flag.ts'

export type FlagInput = z.input<typeof FlagFields>

/** A flag as the API takes it. */
export const flagWith = (key: string, fields: FlagInput = {}): Flag => flagOf(key, FlagFields.parse(fields))

/** Flags by key; those that are named in `switched` have their switch thrown. */
export const flagsWith = (
  fields: Readonly<Record<string, FlagInput>>,
  switched: readonly string[] = [],
): FlagSet =>
  flagSetOf(
    Object.entries(fields).map(([key, input]) => flagWith(key, input)),
    [],
    Object.fromEntries(switched.map((key) => [key, true])),
  )

export const NOON_MS = Date.parse('2026-02-15T12:00:00.000Z')
export const atNoon = () => NOON_MS

/** What the flag `it` is for somebody, evaluated by itself. */
export const evaluated = (fields: FlagInput, context: EvaluationContext = {}, now = atNoon) =>
  evaluate(flagsWith({ it: fields }), 'it', context, now)

/** Who of these has a flag, by position. */
export function havers(fields: FlagInput, ids: readonly string[]): readonly boolean[] {
  const flags = flagsWith({ it: fields })
  return ids.map((targetingKey) => {
    const evaluation = evaluate(flags, 'it', { targetingKey }, atNoon)
    return 'variant' in evaluation && evaluation.variant === 'on'
  })
}

/** The bucket of an id by the hash that is Midwatch's own. */
export const ownBucketer = (key: string) => bucketerOf({ hash: 'murmur3' }, key)

/** Many different ids in three shapes: UUIDs, integers and e-mail addresses. The same ones each time. */
export const idShapes = (count: number) => ({
  uuid: Array.from({ length: count }, (_, index) => uuidOf(index)),
  integer: Array.from({ length: count }, (_, index) => String(index)),
  email: Array.from({ length: count }, (_, index) => `viewer.${index}@mail-${index % 7}.example`),
})

const hexOf = (value: number): string => (value >>> 0).toString(16).padStart(8, '0')

/** Looks random; is one to one, because a multiplication by an odd number is. */
function uuidOf(index: number): string {
  const [a, b, c, d] = [2_654_435_761, 2_246_822_519, 3_266_489_917, 668_265_263].map((factor) =>
    hexOf(Math.imul(index + 1, factor)),
  )
  return `${a}-${b?.slice(0, 4)}-4${b?.slice(5)}-8${c?.slice(5)}-${c?.slice(0, 4)}${d}`
}
