import type { FlagType } from './flag.ts'

/** Why a flag has a value, in the words of OpenFeature (specification, section 1.4). */
export type Reason = 'STATIC' | 'DEFAULT' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED' | 'STALE' | 'ERROR'

export type EvaluationError = 'FLAG_NOT_FOUND' | 'TARGETING_KEY_MISSING' | 'TYPE_MISMATCH' | 'GENERAL'

/** What a flag is for somebody. */
export interface Evaluated {
  readonly key: string
  readonly value: unknown
  readonly variant: string
  readonly reason: Reason
  readonly type: FlagType
}

/** A flag that could not be evaluated. */
export interface NotEvaluated {
  readonly key: string
  readonly reason: 'ERROR'
  readonly errorCode: EvaluationError
  readonly message: string
}

export type Evaluation = Evaluated | NotEvaluated

/** Whether there is no value. */
export const isError = (evaluation: Evaluation): evaluation is NotEvaluated => evaluation.reason === 'ERROR'
