import { isDeepStrictEqual } from 'node:util'
import type { TargetOf } from '../../check.ts'

const DAY_MS = 86_400_000

/**
 * Whole days until a certificate expires, rounded down; negative once it has.
 * @param validTo the end of its validity as TLS reports it, e.g. `Jan  5 09:00:00 2027 GMT`
 * @param nowMs milliseconds since the epoch
 */
export function certificateDaysLeft(validTo: string, nowMs: number): number {
  return Math.floor((Date.parse(validTo) - nowMs) / DAY_MS)
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/**
 * The value at a dotted path of a parsed JSON document, array elements by index: `services.0.status`.
 * Only properties of the document itself are found, never inherited ones.
 * @returns undefined when nothing stands there
 */
export function valueAt(document: unknown, path: string): unknown {
  let value = document
  for (const name of path.split('.')) {
    if (!isContainer(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

function parseJson(text: string): { readonly document: unknown } | undefined {
  try {
    return { document: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** What a check expects of a response body. */
export type BodyExpectations = Pick<TargetOf<'http'>, 'bodyContains' | 'json'>

/**
 * Compares a response body with what the check expects of it.
 * @returns a sentence that says what is wrong, without any of the body; undefined when nothing is
 */
export function bodyFinding(body: string, expected: BodyExpectations): string | undefined {
  if (expected.bodyContains !== undefined && !body.includes(expected.bodyContains)) {
    return 'The body does not contain the expected text'
  }
  if (expected.json === undefined) return undefined
  const parsed = parseJson(body)
  if (!parsed) return 'The body is not JSON'
  const value = valueAt(parsed.document, expected.json.path)
  if (value === undefined) return 'The JSON body has no value at the expected path'
  if (isDeepStrictEqual(value, expected.json.equals)) return undefined
  return 'The JSON body holds another value at the expected path'
}

/** The finding about an unexpected status: `Answered 503, expected 200 or 204`; undefined when it is expected. */
export function statusFinding(status: number, expected: readonly number[]): string | undefined {
  if (expected.includes(status)) return undefined
  return `Answered ${status}, expected ${expected.join(' or ')}`
}

/** The finding about a certificate that expires too soon; undefined when it lasts at least `minimumDays`. */
export function certificateFinding(daysLeft: number, minimumDays: number | undefined): string | undefined {
  if (minimumDays === undefined || daysLeft >= minimumDays) return undefined
  return `The certificate expires in ${daysLeft} ${daysLeft === 1 ? 'day' : 'days'}`
}
