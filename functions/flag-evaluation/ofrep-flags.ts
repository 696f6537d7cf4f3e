import type { flagEvaluationContract } from '../../shared/flag-evaluation/contract.ts'
import type { Handler } from '../../shared/kernel/http/exchange.ts'
import { ofrepBulk } from './answers.ts'
import type { EvaluationDeps } from './deps.ts'

/** `POST /ofrep/v1/evaluate/flags` */
export const ofrepFlags: Handler<typeof flagEvaluationContract.ofrepFlags, EvaluationDeps> = async (
  { body },
  deps,
) => {
  const { flags } = deps
  await flags.refresh()
  return ofrepBulk(flags.all(body.context, { onlyPublic: false }), flags.version)
}
