import { Problem } from '../../shared/kernel/errors.ts'

/** Whoever wants more makes a rule of it. */
const MAX_YEARS = 10
const YEAR_MS = 366 * 86_400_000

/**
 * When something ends that a body gives an end to.
 * @param at ISO 8601
 * @returns milliseconds since the epoch
 * @throws `invalid_input` when that is over, or too far away
 */
export function endOf(at: string, now: number): number {
  const endMs = Date.parse(at)
  if (endMs > now && endMs <= now + MAX_YEARS * YEAR_MS) return endMs
  const reason = `must lie in the future, and within ${MAX_YEARS} years`
  throw new Problem('invalid_input', { fields: [{ path: 'body.expires_at', reason }] })
}
