import { valueOf } from './change-entry.ts'
import type { ConfigReader } from './config-reader.ts'
import type { JsonSchema } from './json-schema.ts'

/** Values as whoever asks for a kind expects them. */
interface Values {
  readonly boolean: boolean
  readonly string: string
  readonly number: number
  readonly json: unknown
}
type Kind = keyof Values

const TYPES: Readonly<Record<Kind, readonly JsonSchema['type'][]>> = {
  boolean: ['boolean'],
  string: ['string'],
  number: ['integer', 'number'],
  json: ['array', 'object'],
}

/** A value that holds fits its schema, whose type was looked at. */
const valueAs = <As extends Kind>(value: unknown) => value as Values[As]

/**
 * Reads configuration in process. Call `refresh` on each invocation, or leave that to the middleware; everything else is
 * synchronous. While the table does not answer, values are what they last were, and `isStale` says so. In an invocation that
 * takes longer than a second, reading a value starts a refresh by itself, for what is read after it.
 */
export class ConfigClient {
  readonly #live: ConfigReader

  constructor(live: ConfigReader) {
    this.#live = live
  }

  /** Makes sure that values are at most a second old. Never rejects, and takes no longer than its patience. */
  async refresh(): Promise<void> {
    await this.#live.refresh()
  }

  /** Whether the table did not answer the last refresh, or was never asked: values may be older than a second. */
  get isStale(): boolean {
    return this.#live.known.isStale
  }

  /** Counts the changes of the configuration; 0 before the first. */
  get version(): number {
    return this.#live.known.version
  }

  /**
   * @param fallback for a key that neither the definitions nor the table know, or whose values are of another type
   * @returns the value that holds: what was set, or the default of the definition. Never throws
   */
  boolean(key: string, fallback: boolean): boolean
  boolean(key: string): boolean | undefined
  boolean(key: string, fallback?: boolean): boolean | undefined {
    return this.#valueOf('boolean', key) ?? fallback
  }

  /** As `boolean`. */
  string(key: string, fallback: string): string
  string(key: string): string | undefined
  string(key: string, fallback?: string): string | undefined {
    return this.#valueOf('string', key) ?? fallback
  }

  /** As `boolean`, for integers too. */
  number(key: string, fallback: number): number
  number(key: string): number | undefined
  number(key: string, fallback?: number): number | undefined {
    return this.#valueOf('number', key) ?? fallback
  }

  /** As `boolean`, for lists and objects: a copy of the caller's own. */
  json(key: string, fallback?: unknown): unknown {
    return structuredClone(this.#valueOf('json', key)) ?? fallback
  }

  #valueOf<As extends Kind>(kind: As, key: string): Values[As] | undefined {
    if (this.#live.isAged) void this.refresh()
    const live = this.#live.known.value.get(key)
    if (live === undefined || !TYPES[kind].includes(live.entry.schema.type)) return undefined
    return valueAs<As>(valueOf(live))
  }
}
