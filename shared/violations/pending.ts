import { ANYBODY, hourOf, type Denial, type HourlyViolation } from './violation.ts'

const MINUTE_MS = 60_000
/** About 500 bytes each. */
const MAX_PENDING = 10_000
/** Longer ones cannot be part of a key; the limiter's own routes accept none of them. */
const MAX_IDENTIFIER = 256

/** Who was denied by which rule. A rule's name holds no `#`. */
const pairOf = ({ rule, identifier }: Pick<Denial, 'rule' | 'identifier'>): string => `${rule}#${identifier}`

/** What lone surrogates are stored as: two identifiers that differ in nothing else are one item. */
const storable = (identifier: string): string =>
  identifier.length > MAX_IDENTIFIER ? ANYBODY : identifier.toWellFormed()

function counted(known: HourlyViolation | undefined, denial: Denial, hour: string): HourlyViolation {
  const { rule, scope, identifier, at, shadow } = denial
  return {
    rule,
    scope,
    identifier,
    hour,
    count: (known?.count ?? 0) + (shadow ? 0 : 1),
    shadow: (known?.shadow ?? 0) + (shadow ? 1 : 0),
    firstSeen: Math.min(known?.firstSeen ?? at, at),
    lastSeen: Math.max(known?.lastSeen ?? at, at),
  }
}

/**
 * Denials that are not written yet. The first of a pair (rule, identifier) within a minute is due at once; those after it
 * become due when the next minute begins.
 */
export class PendingViolations {
  /** By hour and pair, those that are due apart from those that wait for their minute to end. */
  readonly #due = new Map<string, HourlyViolation>()
  readonly #waiting = new Map<string, HourlyViolation>()
  /** Pairs that were due in this minute. */
  readonly #seen = new Set<string>()
  #minute = Number.NaN

  /** How many rows there are, due or not. */
  get size(): number {
    return this.#due.size + this.#waiting.size
  }

  get hasDue(): boolean {
    return this.#due.size > 0
  }

  /**
   * Counts a denial in the hour of its own moment.
   * @param now decides what is due, milliseconds since the epoch
   */
  add(denial: Denial, now: number): void {
    this.turnTo(now)
    const hour = hourOf(denial.at)
    const placed = this.#withRoom({ ...denial, identifier: storable(denial.identifier) }, hour)
    const pair = pairOf(placed)
    const key = `${hour}#${pair}`
    const rows = this.#due.has(key) || !this.#seen.has(pair) ? this.#due : this.#waiting
    rows.set(key, counted(rows.get(key), placed, hour))
    this.#seen.add(pair)
  }

  /** Makes everything due when another minute has begun. */
  turnTo(now: number): void {
    const minute = Math.floor(now / MINUTE_MS)
    if (minute === this.#minute) return
    this.#minute = minute
    this.allDue()
    this.#seen.clear()
    for (const row of this.#due.values()) this.#seen.add(pairOf(row))
  }

  allDue(): void {
    for (const [key, row] of this.#waiting) this.#due.set(key, row)
    this.#waiting.clear()
  }

  /** Hands over rows that are due, at most `max`. */
  take(max: number): readonly HourlyViolation[] {
    const taken: HourlyViolation[] = []
    for (const [key, row] of this.#due) {
      if (taken.length === max) break
      taken.push(row)
      this.#due.delete(key)
    }
    return taken
  }

  /** When there are too many pairs, a new one is counted as anybody. */
  #withRoom(denial: Denial, hour: string): Denial {
    const pair = pairOf(denial)
    const key = `${hour}#${pair}`
    if (this.#due.has(key) || this.#waiting.has(key)) return denial
    const hasRoom = this.size < MAX_PENDING && (this.#seen.has(pair) || this.#seen.size < MAX_PENDING)
    return hasRoom ? denial : { ...denial, identifier: ANYBODY }
  }
}
