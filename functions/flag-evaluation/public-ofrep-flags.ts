import type { flagEvaluationContract } from '../../shared/flag-evaluation/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { ofrepBulk } from './answers.ts'
import { requirePublicKey } from './callers.ts'
import type { EvaluationDeps } from './deps.ts'

/** `POST /public/ofrep/v1/evaluate/flags` */
export const publicOfrepFlags: Handler<
  typeof flagEvaluationContract.publicOfrepFlags,
  EvaluationDeps
> = async ({ body, apiKey }, deps) => {
  await requirePublicKey(apiKey, deps)
  const { flags } = deps
  await flags.refresh()
  return ofrepBulk(flags.all(body.context, { onlyPublic: true }), flags.version)
}
