import type { Evaluated, NotEvaluated, Reason } from './evaluation.ts'
import type { LiveFlag } from './flag.ts'

/** Values are handed out as they are, over and over: nobody may change them. */
function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) frozen(part)
    Object.freeze(value)
  }
  return value
}

/** What a flag is with this variant for this reason: the same object each time. */
export type OutcomeOf = (variant: string, reason: Reason) => Evaluated

/** Prepares what a flag can be. A variant that it does not have (a write refuses it) is `null`. */
export function outcomesOf({ key, type, variants }: LiveFlag): OutcomeOf {
  const made: Evaluated[] = []
  return (variant, reason) => {
    const known = made.find((outcome) => outcome.variant === variant && outcome.reason === reason)
    if (known !== undefined) return known
    const value = frozen(variants[variant] ?? null)
    const outcome = Object.freeze({ key, value, variant, reason, type })
    made.push(outcome)
    return outcome
  }
}

/** Why a flag cannot be evaluated. */
export const unable = (key: string, errorCode: NotEvaluated['errorCode'], message: string): NotEvaluated =>
  Object.freeze({ key, reason: 'ERROR', errorCode, message })
