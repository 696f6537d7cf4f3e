import type { Bulk } from '../../shared/feature-flags/bulk.ts'
import {
  isError,
  type Evaluated,
  type Evaluation,
  type NotEvaluated,
} from '../../shared/feature-flags/evaluation.ts'
import type { EvaluationView } from '../../shared/flag-evaluation/schemas.ts'
import { Problem } from '../../shared/kernel/errors.ts'

/** Values were read from JSON when the flag was written. */
const jsonOf = (value: unknown) => value as EvaluationView['value']

/** Reasons that are answered are no errors. */
const reasonOf = ({ reason }: Evaluated) => reason as EvaluationView['reason']

/** What a flag is, as the API shows it. */
export const evaluationView = (evaluation: Evaluated): EvaluationView => ({
  key: evaluation.key,
  value: jsonOf(evaluation.value),
  variant: evaluation.variant,
  reason: reasonOf(evaluation),
})

const CODES = {
  FLAG_NOT_FOUND: 'unknown_flag',
  TARGETING_KEY_MISSING: 'targeting_key_missing',
  TYPE_MISMATCH: 'internal',
  GENERAL: 'internal',
} as const

/**
 * What a flag is.
 * @throws `unknown_flag`, `targeting_key_missing`, or `internal` for a flag that cannot be evaluated
 */
export function evaluatedOr(evaluation: Evaluation): Evaluated {
  if (!isError(evaluation)) return evaluation
  throw new Problem(CODES[evaluation.errorCode], { detail: evaluation.message })
}

const ofrepFailure = ({ key, errorCode, message }: NotEvaluated) => ({
  key,
  errorCode,
  errorDetails: message,
})

/** All flags in the words of the OpenFeature Remote Evaluation Protocol. */
export const ofrepBulk = ({ evaluations, etag }: Bulk, version: number) => ({
  body: {
    flags: evaluations.map((evaluation) =>
      isError(evaluation) ? ofrepFailure(evaluation) : { ...evaluationView(evaluation), metadata: {} },
    ),
    metadata: { version },
  },
  version: `${etag}-${version}`,
})
