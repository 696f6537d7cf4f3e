import type { flagEvaluationContract } from '../../shared/flag-evaluation/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { evaluationView } from './answers.ts'
import { contextOf, seesOnlyPublic } from './callers.ts'
import type { EvaluationDeps } from './deps.ts'
import { evaluateOne } from './evaluate-one.ts'

/** `GET /api/v1/feature-flags/evaluate/{key}` */
export const evaluateFlag: Handler<typeof flagEvaluationContract.evaluateFlag, EvaluationDeps> = async (
  { params, principal },
  deps,
) => {
  const options = { onlyPublic: seesOnlyPublic(principal) }
  return { body: evaluationView(await evaluateOne(deps, params.key, contextOf(principal), options)) }
}
