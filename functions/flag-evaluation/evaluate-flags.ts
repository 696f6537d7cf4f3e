import { isError } from '../../shared/feature-flags/evaluation.ts'
import type { flagEvaluationContract } from '../../shared/flag-evaluation/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { evaluationView } from './answers.ts'
import { contextOf, seesOnlyPublic } from './callers.ts'
import type { EvaluationDeps } from './deps.ts'

/** `GET /api/v1/feature-flags/evaluate` */
export const evaluateFlags: Handler<typeof flagEvaluationContract.evaluateFlags, EvaluationDeps> = async (
  { principal },
  { flags },
) => {
  await flags.refresh()
  const { evaluations, etag } = flags.all(contextOf(principal), { onlyPublic: seesOnlyPublic(principal) })
  // A flag that cannot be evaluated has no value to show; asked for by itself, it says why.
  const shown = evaluations.flatMap((evaluation) => (isError(evaluation) ? [] : [evaluationView(evaluation)]))
  return { body: { flags: shown }, version: etag }
}
