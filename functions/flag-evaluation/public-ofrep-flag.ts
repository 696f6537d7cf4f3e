import type { flagEvaluationContract } from '../../shared/flag-evaluation/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { evaluationView } from './answers.ts'
import { requirePublicKey } from './callers.ts'
import type { EvaluationDeps } from './deps.ts'
import { evaluateOne } from './evaluate-one.ts'

/** `POST /public/ofrep/v1/evaluate/flags/{key}` */
export const publicOfrepFlag: Handler<typeof flagEvaluationContract.publicOfrepFlag, EvaluationDeps> = async (
  { params, body, apiKey },
  deps,
) => {
  await requirePublicKey(apiKey, deps)
  const evaluation = await evaluateOne(deps, params.key, body.context, { onlyPublic: true })
  return { body: { ...evaluationView(evaluation), metadata: {} } }
}
