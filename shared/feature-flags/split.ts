import { bucketerOf, BUCKETS, type Bucketer } from './bucketing.ts'
import { textOf, type EvaluationContext } from './context.ts'
import type { Evaluated, Evaluation, NotEvaluated } from './evaluation.ts'
import type { Bucketing, Share } from './flag.ts'
import { unable, type OutcomeOf } from './outcomes.ts'

interface CompiledShare {
  /** The first bucket that is no longer in it. */
  readonly bound: number
  readonly outcome: Evaluated
}

/** Shares of everybody: the first whose bound lies above an id's bucket is its own. */
export interface CompiledSplit {
  readonly bucketOf: Bucketer
  /** The attribute that is bucketed; `undefined`: the targeting key. */
  readonly by: string | undefined
  readonly shares: readonly CompiledShare[]
  readonly keyMissing: NotEvaluated
}

const thousandths = (percentage: number): number => Math.round(percentage * 1_000)

/**
 * What a split gives everybody alike, whoever it is.
 * @returns the one variant, `nobody` when all shares are empty, and `undefined` when it depends
 */
export function givenToAll(shares: readonly Share[]): { readonly variant: string } | 'nobody' | undefined {
  const [only, ...others] = shares.filter(({ percentage }) => thousandths(percentage) > 0)
  if (only === undefined) return 'nobody'
  return others.length === 0 && thousandths(only.percentage) === BUCKETS ? only : undefined
}

/** Prepares the shares of a flag, or of one of its rules. */
export function compileSplit(
  flagKey: string,
  shares: readonly Share[],
  bucketing: Bucketing,
  outcomeOf: OutcomeOf,
): CompiledSplit {
  let end = 0
  const { by = 'targetingKey' } = bucketing
  const message = `The context has no "${by}", which this flag is bucketed by.`
  return {
    bucketOf: bucketerOf(bucketing, flagKey),
    by: by === 'targetingKey' ? undefined : by,
    shares: shares.map(({ variant, percentage }) => {
      end += thousandths(percentage)
      return { bound: end, outcome: outcomeOf(variant, 'SPLIT') }
    }),
    keyMissing: unable(flagKey, 'TARGETING_KEY_MISSING', message),
  }
}

/** What a split gives whoever this is; `undefined` when no share is theirs. */
export function bySplit(split: CompiledSplit, context: EvaluationContext): Evaluation | undefined {
  const { by } = split
  const id = textOf(by === undefined ? context.targetingKey : context[by])
  if (id === undefined) return split.keyMissing
  const bucket = split.bucketOf(id)
  for (const { bound, outcome } of split.shares) {
    if (bucket < bound) return outcome
  }
  return undefined
}
