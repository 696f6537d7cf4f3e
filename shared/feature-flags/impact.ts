import type { EvaluationContext } from './context.ts'
import { evaluate, type FlagSet } from './evaluate.ts'
import { isError } from './evaluation.ts'

/** Users who would move from one variant to another. */
export interface Move {
  readonly from: string
  readonly to: string
  readonly users: number
}

export interface Impact {
  readonly users: number
  readonly changed: number
  readonly moves: readonly Move[]
}

/**
 * How a change of a flag would move users.
 * @param contexts one a user
 */
export function impactOf(
  key: string,
  before: FlagSet,
  after: FlagSet,
  contexts: readonly EvaluationContext[],
  now: () => number,
): Impact {
  const variantOf = (flags: FlagSet, context: EvaluationContext): string => {
    const evaluation = evaluate(flags, key, context, now)
    return isError(evaluation) ? 'error' : evaluation.variant
  }
  const pairs = contexts.map((context) => ({
    from: variantOf(before, context),
    to: variantOf(after, context),
  }))
  const moved = pairs.filter(({ from, to }) => from !== to)
  const groups = Map.groupBy(moved, ({ from, to }) => JSON.stringify([from, to]))
  const moves = [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ ...first, users: others.length + 1 }],
  )
  return {
    users: contexts.length,
    changed: moved.length,
    moves: moves.toSorted((a, b) => b.users - a.users),
  }
}
