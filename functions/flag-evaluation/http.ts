import { flagEvaluationContract } from '../../shared/flag-evaluation/contract.ts'
import { http } from '../../shared/kernel/http.ts'
import { evaluationDeps } from './deps.ts'
import { evaluateFlag } from './evaluate-flag.ts'
import { evaluateFlags } from './evaluate-flags.ts'
import { ofrepFlag } from './ofrep-flag.ts'
import { ofrepFlags } from './ofrep-flags.ts'
import { publicOfrepFlag } from './public-ofrep-flag.ts'
import { publicOfrepFlags } from './public-ofrep-flags.ts'

export const handler = http(
  flagEvaluationContract,
  { evaluateFlag, evaluateFlags, ofrepFlag, ofrepFlags, publicOfrepFlag, publicOfrepFlags },
  evaluationDeps,
)
