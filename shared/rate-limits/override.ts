/** An exception to a rule for one caller. */
export interface Override {
  /** Makes the limits this many times as large. */
  readonly multiplier?: number
  /** Not counted at all. */
  readonly exempt?: boolean
  /** When it ends, milliseconds since the epoch; absent when it does not. */
  readonly expiresAt?: number
}

/** The text of an override on a counter's item. Equal overrides have equal texts: the text is its version too. */
export const writeOverride = ({ multiplier, exempt, expiresAt }: Override): string =>
  JSON.stringify({ multiplier, exempt, expiresAt })

/** Items hold what `writeOverride` wrote. */
const trusted = (text: string) => JSON.parse(text) as Override

/** Reads the text of an override back. */
export const readOverride = (text: string): Override => trusted(text)
