const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * A length of time for a message: `45 s`, `90 min`, `26 h`, `3 d`. Rounded down, in the largest unit that fits twice.
 * @param seconds a negative length counts as none
 */
export function timeSpanText(seconds: number): string {
  const length = Math.max(0, seconds)
  if (length < 2 * MINUTE) return `${Math.floor(length)} s`
  if (length < 2 * HOUR) return `${Math.floor(length / MINUTE)} min`
  if (length < 2 * DAY) return `${Math.floor(length / HOUR)} h`
  return `${Math.floor(length / DAY)} d`
}
