import type { Effects } from '../kernel/effects.ts'
import type { LiveReader } from '../kernel/live-set/live-reader.ts'
import { bulk, type Bulk } from './bulk.ts'
import type { EvaluationContext } from './context.ts'
import { evaluate, type FlagSet } from './evaluate.ts'
import { isError, type Evaluation } from './evaluation.ts'
import type { ExposureRecorder } from './exposure-recorder.ts'
import type { Exposures } from './exposures.ts'
import type { LiveEntry } from './flag-set.ts'
import type { FlagType } from './flag.ts'

/** What a client works with. */
export interface FlagClientOptions {
  readonly live: LiveReader<LiveEntry, FlagSet>
  readonly exposures: Exposures
  readonly recorder: ExposureRecorder
  readonly effects: Pick<Effects, 'now'>
}

/** Which flags a caller may know of. */
interface Visibility {
  readonly onlyPublic: boolean
}

const EVERYTHING: Visibility = { onlyPublic: false }
const NO_FLAGS: FlagSet = new Map()

/** Values as whoever asked for a type expects them. */
interface Values {
  readonly boolean: boolean
  readonly string: string
  readonly number: number
  readonly json: unknown
}

/** A flag's value was checked against its type when the flag was written. */
const valueAs = <Type extends FlagType>(value: unknown) => value as Values[Type]

/** What could be evaluated at all is still told when it is no longer certain. */
const stale = (evaluation: Evaluation): Evaluation =>
  isError(evaluation) ? evaluation : { ...evaluation, reason: 'STALE' }

/**
 * Evaluates flags in process. Call `refresh` on each invocation; everything else is synchronous and never throws. While the
 * table does not answer, flags are what they last were, and the reason says STALE.
 */
export class FlagClient {
  readonly #options: FlagClientOptions

  constructor(options: FlagClientOptions) {
    this.#options = options
  }

  /** Makes sure that flags are at most a second old, and writes what was counted once a minute. Never rejects. */
  async refresh(): Promise<void> {
    const { live, recorder } = this.#options
    await Promise.all([live.refresh(), recorder.flushIfDue()])
  }

  /** Counts the changes of flags; 0 before the first. */
  get version(): number {
    return this.#options.live.known.version
  }

  /** @returns the flag's value; `fallback` when there is none, or none of this type */
  boolean(key: string, context: EvaluationContext, fallback: boolean): boolean {
    return this.#valueOf('boolean', key, context, fallback)
  }

  /** As `boolean`. */
  string(key: string, context: EvaluationContext, fallback: string): string {
    return this.#valueOf('string', key, context, fallback)
  }

  /** As `boolean`. */
  number(key: string, context: EvaluationContext, fallback: number): number {
    return this.#valueOf('number', key, context, fallback)
  }

  /** As `boolean`; the value is frozen. */
  json(key: string, context: EvaluationContext, fallback: unknown): unknown {
    return this.#valueOf('json', key, context, fallback)
  }

  /**
   * What a flag is for somebody, and why.
   * @param visibility with `onlyPublic`, a flag that is not public is as good as none
   */
  evaluate(key: string, context: EvaluationContext, visibility: Visibility = EVERYTHING): Evaluation {
    const { live, exposures, effects } = this.#options
    const { value: flags, isStale } = live.known
    const visible = visibility.onlyPublic && flags.get(key)?.isPublic !== true ? NO_FLAGS : flags
    const evaluation = evaluate(visible, key, context, effects.now)
    exposures.add(evaluation, context)
    return isStale ? stale(evaluation) : evaluation
  }

  /** What all flags are for somebody. */
  all(context: EvaluationContext, visibility: Visibility): Bulk {
    const { live, exposures, effects } = this.#options
    const { value: flags, isStale } = live.known
    const answer = bulk(flags, context, effects.now, visibility)
    for (const evaluation of answer.evaluations) exposures.add(evaluation, context)
    if (!isStale) return answer
    return { evaluations: answer.evaluations.map(stale), etag: `stale-${answer.etag}` }
  }

  /** Writes what was counted; for a process that ends. Never rejects. */
  flush(): Promise<void> {
    return this.#options.recorder.flush()
  }

  #valueOf<Type extends FlagType>(
    type: Type,
    key: string,
    context: EvaluationContext,
    fallback: Values[Type],
  ): Values[Type] {
    const evaluation = this.evaluate(key, context)
    return isError(evaluation) || evaluation.type !== type ? fallback : valueAs<Type>(evaluation.value)
  }
}
