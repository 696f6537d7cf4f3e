import type {
  ErrorCode,
  EvaluationContext,
  JsonValue,
  Provider,
  ResolutionDetails,
} from '@openfeature/server-sdk'
import type { FlagClient } from './client.ts'
import { isError, type EvaluationError } from './evaluation.ts'
import type { FlagType } from './flag.ts'

/** The SDK's codes are an enum of these texts, which a file without the SDK cannot name. */
const errorCodeOf = (code: EvaluationError) => code as ErrorCode

/** A flag's value was checked against its type when the flag was written. */
const valueAs = <Value>(value: unknown) => value as Value

/**
 * Flags for the OpenFeature SDK of servers, evaluated in process. Every evaluation sees flags that are at most a second
 * old: the SDK waits for an evaluation anyway, so that no middleware is needed.
 */
export class MidwatchProvider implements Provider {
  readonly metadata = { name: 'midwatch' }
  readonly runsOn = 'server'
  readonly #flags: FlagClient

  constructor(flags: FlagClient) {
    this.#flags = flags
  }

  /** Reads the flags. A table that does not answer is no error: flags are what they are defined as, and say STALE. */
  initialize(): Promise<void> {
    return this.#flags.refresh()
  }

  /** Writes what was counted. */
  onClose(): Promise<void> {
    return this.#flags.flush()
  }

  resolveBooleanEvaluation(
    key: string,
    fallback: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    return this.#resolve('boolean', key, fallback, context)
  }

  resolveStringEvaluation(
    key: string,
    fallback: string,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<string>> {
    return this.#resolve('string', key, fallback, context)
  }

  resolveNumberEvaluation(
    key: string,
    fallback: number,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<number>> {
    return this.#resolve('number', key, fallback, context)
  }

  resolveObjectEvaluation<Value extends JsonValue>(
    key: string,
    fallback: Value,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<Value>> {
    return this.#resolve('json', key, fallback, context)
  }

  async #resolve<Value>(
    type: FlagType,
    key: string,
    fallback: Value,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<Value>> {
    await this.#flags.refresh()
    const evaluation = this.#flags.evaluate(key, context)
    const flagMetadata = { version: this.#flags.version }
    if (isError(evaluation)) {
      const { errorCode, message } = evaluation
      return refusal(fallback, errorCode, message, flagMetadata)
    }
    if (evaluation.type !== type) {
      const message = `The flag "${key}" is of type ${evaluation.type}.`
      return refusal(fallback, 'TYPE_MISMATCH', message, flagMetadata)
    }
    const { value, variant, reason } = evaluation
    return { value: valueAs<Value>(value), variant, reason, flagMetadata }
  }
}

const refusal = <Value>(
  value: Value,
  errorCode: EvaluationError,
  errorMessage: string,
  flagMetadata: { readonly version: number },
): ResolutionDetails<Value> => ({
  value,
  reason: 'ERROR',
  errorCode: errorCodeOf(errorCode),
  errorMessage,
  flagMetadata,
})
