import { BUCKETS } from '../hashes/hasher.ts'
import type { Part } from './rules.ts'

/** Positions from 0 to 1; the end is out of it. */
type Range = readonly [start: number, end: number]

/** How many positions each version of the hash has. */
const POSITIONS = { 1: 1_000, 2: 10_000 } as const
type HashVersion = keyof typeof POSITIONS

/** Whether GrowthBook can hash with this version: with others it puts nobody anywhere. */
export const isHashVersion = (version: number): version is HashVersion => version in POSITIONS

/**
 * What stands at each position, as parts. Positions are compared one by one in floating point, as GrowthBook does it.
 * @param at the variant at a position, or `undefined`
 */
function partsAt(version: HashVersion, at: (position: number) => string | undefined): readonly Part[] {
  const positions = POSITIONS[version]
  const size = BUCKETS / positions
  const parts: Part[] = []
  for (let index = 0; index < positions; index += 1) {
    const variant = at(index / positions)
    if (variant === undefined) continue
    const before = parts.at(-1)
    const start = index * size
    if (before?.end === start && before.variant === variant) {
      parts[parts.length - 1] = { ...before, end: start + size }
    } else parts.push({ variant, start, end: start + size })
  }
  return parts
}

const isIn = (position: number, [start, end]: Range): boolean => position >= start && position < end

/** The first range that a position lies in decides; a variant that is `undefined` lets it go. */
export const rangeParts = (
  version: HashVersion,
  ranges: readonly Range[],
  variants: readonly (string | undefined)[],
): readonly Part[] =>
  partsAt(version, (position) => variants[ranges.findIndex((range) => isIn(position, range))])

/** A percentage rollout takes the position of its bound in. */
export const coverageParts = (version: HashVersion, coverage: number, variant: string): readonly Part[] =>
  partsAt(version, (position) => (position <= coverage ? variant : undefined))

const equalWeights = (count: number): readonly number[] => Array.from({ length: count }, () => 1 / count)

/** Weights that are as many as the variations and add up to about 1, or equal ones (`util.ts`, `getBucketRanges`). */
function validWeights(count: number, weights: readonly number[] | undefined): readonly number[] {
  if (weights?.length !== count) return equalWeights(count)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return total < 0.99 || total > 1.01 ? equalWeights(count) : weights
}

/** The ranges of an experiment's variations: where each weight begins, as far as it is covered. */
export function experimentRanges(
  count: number,
  coverage: number,
  weights: readonly number[] | undefined,
): readonly Range[] {
  const covered = Math.min(Math.max(coverage, 0), 1)
  let sum = 0
  return validWeights(count, weights).map((weight) => {
    const start = sum
    sum += weight
    return [start, start + covered * weight] as const
  })
}
