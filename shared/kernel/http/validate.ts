import * as z from 'zod'
import { Problem, type FieldError } from '../errors.ts'
import type { Route } from '../route.ts'
import { reasonOf } from '../reasons.ts'

type Part = 'params' | 'query' | 'body'
const PARTS = ['params', 'query', 'body'] as const

const NOTHING = z.strictObject({})
const NO_BODY = z.strictObject({}).optional()

/** More wrong fields than these are not listed: an answer should not be many times larger than its question. */
const MAX_ERRORS = 100

const pathText = (part: Part, path: readonly PropertyKey[]) =>
  [part === 'params' ? 'path' : part, ...path.map(String)].join('.')

/** One entry a wrong field; unknown fields are named one by one, `__proto__` too in strict objects and `strictRecord`s. */
function fieldErrors(part: Part, issues: readonly z.core.$ZodIssue[]): FieldError[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          path: pathText(part, [...issue.path, key]),
          reason: 'is not a known field',
        }))
      : [{ path: pathText(part, issue.path), reason: issue.message }],
  )
}

const schemaOf = (route: Route, part: Part): z.ZodType => route[part] ?? (part === 'body' ? NO_BODY : NOTHING)

/**
 * Checks what came in against the route's schemas.
 * @returns the parsed values, with defaults filled in
 * @throws `invalid_input` that lists every wrong field, up to 100
 */
export function validate(route: Route, input: Readonly<Record<Part, unknown>>): Record<Part, unknown> {
  const output: Record<Part, unknown> = { params: undefined, query: undefined, body: undefined }
  const errors: FieldError[] = []
  for (const part of PARTS) {
    const parsed = schemaOf(route, part).safeParse(input[part], { error: reasonOf })
    if (parsed.success) output[part] = parsed.data
    else errors.push(...fieldErrors(part, parsed.error.issues))
  }
  if (errors.length > 0) throw new Problem('invalid_input', { fields: errors.slice(0, MAX_ERRORS) })
  return output
}
