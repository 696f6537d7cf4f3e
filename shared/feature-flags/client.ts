import type { Effects } from '../kernel/effects.ts'
import type { Known, LiveReader } from '../kernel/live-set/live-reader.ts'
import { bulk, type Bulk } from './bulk.ts'
import type { EvaluationContext } from './context.ts'
import { evaluate, type FlagSet } from './evaluate.ts'
import { isError, type Evaluation, type NotEvaluated } from './evaluation.ts'
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
const NOBODY: EvaluationContext = {}

/** Whom a flag is for; nobody in particular may be asked about too. */
type Whom = EvaluationContext | null | undefined

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

/** Whoever passes a context in process may pass anything, e.g. one with a getter that throws. */
const notEvaluated = (key: string): NotEvaluated => ({
  key,
  reason: 'ERROR',
  errorCode: 'GENERAL',
  message: 'This flag cannot be evaluated for this context.',
})

/**
 * Evaluates flags in process. Call `refresh` on each invocation, or leave that to the middleware; everything else is
 * synchronous. While the table does not answer, flags are what they last were, and the reason says STALE. In an invocation
 * that takes longer than a second, an evaluation starts a refresh by itself, for those after it.
 */
export class FlagClient {
  readonly #options: FlagClientOptions

  constructor(options: FlagClientOptions) {
    this.#options = options
  }

  /**
   * Makes sure that flags are at most a second old, and writes what was counted once a minute. Never rejects, and takes
   * no longer than its patience.
   */
  async refresh(): Promise<void> {
    const { live, recorder } = this.#options
    await Promise.all([live.refresh(), recorder.flushIfDue()])
  }

  /** Writes what was counted if that is due; for the end of an invocation. As `refresh` in every other way. */
  flushIfDue(): Promise<void> {
    return this.#options.recorder.flushIfDue()
  }

  /** Counts the changes of flags; 0 before the first. */
  get version(): number {
    return this.#options.live.known.version
  }

  /** @returns the flag's value; `fallback` when there is none, or none of this type. Never throws. */
  boolean(key: string, context: Whom, fallback: boolean): boolean {
    return this.#valueOf('boolean', key, context, fallback)
  }

  /** As `boolean`. */
  string(key: string, context: Whom, fallback: string): string {
    return this.#valueOf('string', key, context, fallback)
  }

  /** As `boolean`. */
  number(key: string, context: Whom, fallback: number): number {
    return this.#valueOf('number', key, context, fallback)
  }

  /** As `boolean`; the value is frozen. */
  json(key: string, context: Whom, fallback: unknown): unknown {
    return this.#valueOf('json', key, context, fallback)
  }

  /**
   * What a flag is for somebody, and why. Never throws.
   * @param visibility with `onlyPublic`, a flag that is not public is as good as none
   */
  evaluate(key: string, context: Whom, visibility: Visibility = EVERYTHING): Evaluation {
    const { value: flags, isStale } = this.#current()
    const visible = visibility.onlyPublic && flags.get(key)?.isPublic !== true ? NO_FLAGS : flags
    const evaluation = this.#evaluated(visible, key, context ?? NOBODY)
    return isStale ? stale(evaluation) : evaluation
  }

  /**
   * What all flags are for somebody.
   * @param context plain data, as it comes from JSON
   */
  all(context: EvaluationContext, visibility: Visibility): Bulk {
    const { exposures, effects } = this.#options
    const { value: flags, isStale } = this.#current()
    const answer = bulk(flags, context, effects.now, visibility)
    for (const evaluation of answer.evaluations) exposures.add(evaluation, context)
    if (!isStale) return answer
    return { evaluations: answer.evaluations.map(stale), etag: `stale-${answer.etag}` }
  }

  /** Writes what was counted; for a process that ends. Never rejects. */
  flush(): Promise<void> {
    return this.#options.recorder.flush()
  }

  /** What is known now. Who refreshes only when an invocation begins need not know that it takes long. */
  #current(): Known<FlagSet> {
    const { live } = this.#options
    if (live.isAged) void this.refresh()
    return live.known
  }

  #evaluated(flags: FlagSet, key: string, context: EvaluationContext): Evaluation {
    try {
      const evaluation = evaluate(flags, key, context, this.#options.effects.now)
      this.#count(evaluation, context)
      return evaluation
    } catch {
      return notEvaluated(key)
    }
  }

  #count(evaluation: Evaluation, context: EvaluationContext): void {
    try {
      this.#options.exposures.add(evaluation, context)
    } catch {
      // It was counted; only its context cannot be kept.
    }
  }

  #valueOf<Type extends FlagType>(
    type: Type,
    key: string,
    context: Whom,
    fallback: Values[Type],
  ): Values[Type] {
    const evaluation = this.evaluate(key, context)
    return isError(evaluation) || evaluation.type !== type ? fallback : valueAs<Type>(evaluation.value)
  }
}
