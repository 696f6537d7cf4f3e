import { textOf, type EvaluationContext } from './context.ts'
import { isError, type Evaluation } from './evaluation.ts'

/** How often a flag was evaluated to a variant; to `error` when it could not be. */
export interface ExposureCount {
  readonly flag: string
  readonly variant: string
  readonly count: number
}

/** What was counted since the last time. */
export interface Drained {
  readonly counts: readonly ExposureCount[]
  /** Some of those that flags were evaluated for, one for each targeting key. */
  readonly contexts: readonly EvaluationContext[]
}

const MAX_CONTEXTS = 20

/** Still being counted. */
type Tally = { -readonly [Name in keyof ExposureCount]: ExposureCount[Name] }

/**
 * Counts evaluations by flag and variant, and keeps a few of the contexts, an early one as likely as a late one. Both stay
 * small: what is known of a flag are the same objects over and over, and a flag that there is not is not counted.
 */
export class Exposures {
  readonly #random: () => number
  #tallies = new Map<Evaluation, Tally>()
  #errors = new Map<string, Tally>()
  #contexts: EvaluationContext[] = []
  #seen = 0
  /** The evaluation whose context is the next to be kept, counted from 1. */
  #next = 1

  /** @param random at least 0, below 1 */
  constructor(random: () => number) {
    this.#random = random
  }

  /** Counts what `evaluate` has answered. */
  add(evaluation: Evaluation, context: EvaluationContext): void {
    const tally = this.#tallies.get(evaluation)
    if (tally === undefined) this.#addOther(evaluation)
    else tally.count += 1
    this.#seen += 1
    if (this.#seen === this.#next) this.#keep(context)
  }

  /** Takes what was counted, and starts again. */
  drain(): Drained {
    const counts = summed([...this.#tallies.values(), ...this.#errors.values()])
    const contexts = this.#contexts
    this.#tallies = new Map()
    this.#errors = new Map()
    this.#contexts = []
    this.#seen = 0
    this.#next = 1
    return { counts, contexts }
  }

  /** The first of a kind, or an error, which may be another object each time. */
  #addOther(evaluation: Evaluation): void {
    const { key } = evaluation
    if (!isError(evaluation)) {
      this.#tallies.set(evaluation, { flag: key, variant: evaluation.variant, count: 1 })
    } else if (evaluation.errorCode !== 'FLAG_NOT_FOUND') {
      const count = (this.#errors.get(key)?.count ?? 0) + 1
      this.#errors.set(key, { flag: key, variant: 'error', count })
    }
  }

  /** Of n contexts each is kept with a chance of about 20 in n, so the next is n / 20 further on. */
  #keep(context: EvaluationContext): void {
    this.#next += 1 + Math.floor((this.#random() * 2 * this.#seen) / MAX_CONTEXTS)
    const user = textOf(context.targetingKey)
    if (user === undefined) return
    this.#contexts[this.#placeOf(user)] = { ...context }
  }

  #placeOf(user: string): number {
    const known = this.#contexts.findIndex(({ targetingKey }) => textOf(targetingKey) === user)
    if (known >= 0) return known
    const { length } = this.#contexts
    return length < MAX_CONTEXTS ? length : Math.floor(this.#random() * MAX_CONTEXTS)
  }
}

/** A variant has several tallies: one for each reason, and those of the flag before it was changed. */
function summed(tallies: readonly Tally[]): readonly ExposureCount[] {
  const sums = new Map<string, Tally>()
  for (const tally of tallies) {
    const name = `${tally.flag} ${tally.variant}`
    const sum = sums.get(name)
    if (sum === undefined) sums.set(name, { ...tally })
    else sum.count += tally.count
  }
  return [...sums.values()]
}
