/** How large a JSON value may be. */
export interface JsonLimits {
  /** As JSON. */
  readonly maxBytes: number
  /** Lists and objects within one another. */
  readonly maxDepth: number
}

/** The store takes no number nearer to zero. */
const SMALLEST = 1e-100

function numberFault(value: number): string | undefined {
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    return `must not hold a number beyond ±${Number.MAX_SAFE_INTEGER}: it would not be exact`
  }
  return value !== 0 && Math.abs(value) < SMALLEST ? 'must not hold a number so near to zero' : undefined
}

/** The store's library takes a value with such a field for something else than data. */
const BAD_NAMES = new Set(['', '__proto__', 'constructor', 'prototype'])

function nameFault(value: object): string | undefined {
  if (Array.isArray(value)) return undefined
  const bad = Object.keys(value).find((name) => BAD_NAMES.has(name))
  return bad === undefined ? undefined : `must not hold a field named "${bad}"`
}

/** What lies directly within each of these values. */
const within = (level: readonly unknown[]): readonly unknown[] =>
  level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values({ ...each }) : []))

/**
 * Whether lists and objects are nested deeper than this. Walks level by level, because a value that is nested 30,000 deep
 * would exhaust the stack.
 * @param value as JSON.parse gives it
 */
export function isDeeperThan(maxDepth: number, value: unknown): boolean {
  let level: readonly unknown[] = [value]
  for (let depth = 0; depth <= maxDepth; depth += 1) level = within(level)
  return level.length > 0
}

/**
 * Whether a value that came in as JSON can be kept: small, flat enough, and the same when it is read again.
 * @returns which rule it breaks, in words that complete "The field …"
 */
export function jsonFault(value: unknown, { maxBytes, maxDepth }: JsonLimits): string | undefined {
  if (isDeeperThan(maxDepth, value)) return `must not be nested more than ${maxDepth} deep`
  for (let level: readonly unknown[] = [value]; level.length > 0; level = within(level)) {
    const fault = level.map(faultOf).find((found) => found !== undefined)
    if (fault !== undefined) return fault
  }
  const bytes = new TextEncoder().encode(JSON.stringify(value)).byteLength
  return bytes > maxBytes ? `must take at most ${maxBytes} bytes as JSON` : undefined
}

function faultOf(value: unknown): string | undefined {
  if (value === undefined) return 'is missing'
  if (typeof value === 'number') return numberFault(value)
  return typeof value === 'object' && value !== null ? nameFault(value) : undefined
}
