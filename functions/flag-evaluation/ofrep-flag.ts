import type { flagEvaluationContract } from '../../shared/flag-evaluation/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { evaluationView } from './answers.ts'
import type { EvaluationDeps } from './deps.ts'
import { evaluateOne } from './evaluate-one.ts'

/** `POST /ofrep/v1/evaluate/flags/{key}` */
export const ofrepFlag: Handler<typeof flagEvaluationContract.ofrepFlag, EvaluationDeps> = async (
  { params, body },
  deps,
) => {
  const evaluation = await evaluateOne(deps, params.key, body.context, { onlyPublic: false })
  return { body: { ...evaluationView(evaluation), metadata: {} } }
}
