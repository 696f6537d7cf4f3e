import { hash } from 'node:crypto'
import type { EvaluationContext } from './context.ts'
import { evaluateFlag, type FlagSet } from './evaluate.ts'
import type { Evaluation } from './evaluation.ts'

/** What all flags are for somebody. */
export interface Bulk {
  readonly evaluations: readonly Evaluation[]
  /** Equal only for equal evaluations: it is a hash of them, so of flags, context and time as far as they matter. */
  readonly etag: string
}

/** Evaluations are the same objects over and over, and cannot be changed. */
const knownDigests = new WeakMap<Evaluation, string>()

/** Of one length, so that what follows on each other is what it is in one way only. */
function digestOf(evaluation: Evaluation): string {
  const known = knownDigests.get(evaluation)
  if (known !== undefined) return known
  const digest = hash('sha256', JSON.stringify(evaluation), 'base64url')
  knownDigests.set(evaluation, digest)
  return digest
}

/**
 * Evaluates all flags, in the order of the set.
 * @param now the wall clock, milliseconds since the epoch
 */
export function bulk(
  flags: FlagSet,
  context: EvaluationContext,
  now: () => number,
  { onlyPublic }: { readonly onlyPublic: boolean },
): Bulk {
  const evaluations: Evaluation[] = []
  let digests = ''
  for (const flag of flags.values()) {
    if (onlyPublic && !flag.isPublic) continue
    const evaluation = evaluateFlag(flags, flag, context, now)
    evaluations.push(evaluation)
    digests += digestOf(evaluation)
  }
  return { evaluations, etag: hash('sha256', digests, 'base64url') }
}
