import type * as z from 'zod'

type Issue = z.core.$ZodRawIssue

const UNITS: Readonly<Record<string, string>> = {
  string: ' characters',
  array: ' entries',
  object: ' fields',
}

const TYPES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const FORMATS: Readonly<Record<string, string>> = {
  datetime: 'a moment such as 2026-02-15T12:00:00Z',
  url: 'a URL',
}

/** `must be at least 1`, `must have at most 256 characters` */
function bound(origin: string, words: string, limit: number | bigint): string {
  const unit = UNITS[origin]
  return unit === undefined ? `must be ${words} ${limit}` : `must have ${words} ${limit}${unit}`
}

function wrongType({ expected, input }: { readonly expected: string; readonly input?: unknown }): string {
  if (input === undefined) return 'is missing'
  return `must be ${TYPES[expected] ?? `a ${expected}`}`
}

/**
 * Says which rule a value breaks, in words that complete "The field …". What a schema says itself comes before this.
 * @returns `undefined` where the schema library's own words have to do
 */
export function reasonOf(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue)
    case 'too_small':
      if (issue.minimum === 1 && issue.origin in UNITS) return 'must not be empty'
      return bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)
    case 'invalid_value':
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
    case 'invalid_format': {
      const format = FORMATS[issue.format]
      return format === undefined ? undefined : `must be ${format}`
    }
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return undefined
  }
}
