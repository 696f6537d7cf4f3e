import type * as z from 'zod'
import type { Bucketing, FlagFields, FlagRule, Share } from '../flag.ts'
import { HASHERS } from '../hashes.ts'
import { identified, not, type Formula } from './formula.ts'

/** A part of everybody, by buckets: from `start` to before `end`. */
export interface Part {
  readonly variant: string
  readonly start: number
  readonly end: number
}

/** How a vendor puts ids into buckets. */
type VendorBucketing = Bucketing & { readonly salt: string }

/** Parts of everybody, and how everybody is put into buckets. */
export interface Parts {
  readonly parts: readonly Part[]
  readonly bucketing: VendorBucketing
}

/** The name that Midwatch has for the id of a user. */
export const TARGETING_KEY = 'targetingKey'

/** Parts that lie side by side, made of cumulative bounds. */
export function partsOf(
  bounds: readonly { readonly variant: string; readonly end: number }[],
): readonly Part[] {
  const parts: Part[] = []
  let start = 0
  for (const { variant, end } of bounds) {
    if (end > start) parts.push({ variant, start, end })
    start = Math.max(start, end)
  }
  return parts
}

const percentageOf = (buckets: number): number => buckets / 1_000

/** The shares of parts that lie side by side. */
const sharesOf = (parts: readonly Part[]): Share[] =>
  parts.map(({ variant, start, end }) => ({ variant, percentage: percentageOf(end - start) }))

/** Whoever fits gets the variant: a rule for each list of conditions. */
export const variantRules = (when: Formula, variant: string, description = ''): readonly FlagRule[] =>
  when.map((conditions) => ({ description, when: [...conditions], variant }))

/** Parts with no gap between them, and where they begin. */
interface Run {
  readonly start: number
  readonly parts: readonly Part[]
}

function runsOf(parts: readonly Part[]): readonly Run[] {
  const runs: { start: number; end: number; parts: Part[] }[] = []
  for (const part of parts) {
    const run = runs.at(-1)
    if (run?.end === part.start) {
      run.parts.push(part)
      run.end = part.end
    } else runs.push({ start: part.start, end: part.end, parts: [part] })
  }
  return runs
}

/** Whoever fits gets what their bucket says; who lies in a gap goes on to the next rule. */
export const splitRules = (when: Formula, { parts, bucketing }: Parts): readonly FlagRule[] =>
  runsOf(parts).flatMap((run) => {
    const turned = run.start === 0 ? bucketing : { ...bucketing, start: percentageOf(run.start) }
    return when.map((conditions) => ({
      description: '',
      when: [...conditions],
      split: sharesOf(run.parts),
      bucketing: turned,
    }))
  })

/**
 * Whose part an id is in: for what vendors hash and Midwatch takes for no id, such as an empty text.
 * @param parts everybody is in one of them
 */
export function variantOfId({ parts, bucketing }: Parts, id: string): string {
  const bucket = HASHERS[bucketing.hash](bucketing.salt, bucketing.scale)(id)
  return parts.reduce((found, { variant, start }) => (bucket >= start ? variant : found), '')
}

const sameConditions = (when: FlagRule['when'], formula: Formula): boolean =>
  JSON.stringify([when]) === JSON.stringify(formula)

/** How a flag decides, as far as rules say. */
type Deciding = Pick<z.input<typeof FlagFields>, 'status' | 'on' | 'off' | 'rules' | 'split' | 'bucketing'>

/** The variants of who has a feature and of who has not, as far as the vendor knows such a thing. */
interface Ends {
  readonly on: string
  readonly off: string
}

/**
 * A last rule that splits everybody, or everybody with an id, is the rollout of the flag itself: so its percentage can be
 * set.
 */
function asRollout(rules: readonly FlagRule[], { on, off }: Ends): Deciding | undefined {
  const { when = [], split, bucketing } = rules.at(-1) ?? {}
  if (split === undefined || bucketing === undefined || bucketing.start !== undefined) return undefined
  const withId = identified(bucketing.by ?? TARGETING_KEY)
  if (when.length > 0 && !sameConditions(when, withId)) return undefined
  const withoutId = when.length === 0 ? [] : variantRules(not(withId), off, 'Without an id')
  return { status: 'percentage', on, off, rules: [...rules.slice(0, -1), ...withoutId], split, bucketing }
}

/**
 * A flag that rules decide about.
 * @param otherwise the variant of whom no rule fits
 */
export function flagByRules(rules: readonly FlagRule[], otherwise: string, ends: Ends): Deciding {
  const end = rules.findIndex(({ when, variant }) => when.length === 0 && variant !== undefined)
  const last = rules[end]?.variant ?? otherwise
  const before = end === -1 ? rules : rules.slice(0, end)
  const needed = before.slice(0, before.findLastIndex(({ variant }) => variant !== last) + 1)
  if (last !== ends.off) return { status: 'enabled', on: last, off: ends.off, rules: needed }
  return asRollout(needed, ends) ?? { status: 'targeted', ...ends, rules: needed }
}
