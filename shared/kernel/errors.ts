import { ERRORS, type ErrorCode } from './error-table.ts'

export { ERRORS, type ErrorCode }

/** One wrong field: where (`body.value`, `query.hours`) and which rule it breaks. */
export interface FieldError {
  readonly path: string
  readonly reason: string
}

interface ProblemOptions {
  /** Public text about this occurrence. Internal facts belong into `cause`. */
  readonly detail?: string
  readonly fields?: readonly FieldError[]
  readonly headers?: Readonly<Record<string, string>>
  /** What really happened; logged, never sent. */
  readonly cause?: unknown
}

/** An error that a caller may see. Whatever else is thrown is answered as `internal`. */
export class Problem extends Error {
  readonly code: ErrorCode
  readonly fields: readonly FieldError[]
  readonly headers: Readonly<Record<string, string>>
  readonly detail: string | undefined

  constructor(code: ErrorCode, options: ProblemOptions = {}) {
    super(options.detail ?? ERRORS[code].title, { cause: options.cause })
    this.name = 'Problem'
    this.code = code
    this.detail = options.detail
    this.fields = options.fields ?? []
    this.headers = options.headers ?? {}
  }
}

/** The body of an error response, RFC 9457 `application/problem+json`. */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly requestId: string
  readonly detail?: string
  readonly fields?: readonly FieldError[]
}

/**
 * Renders a problem for the wire.
 * @param requestId what the caller quotes to support
 */
export function problemDocument(problem: Problem, requestId: string): ProblemDocument {
  const { status, title } = ERRORS[problem.code]
  return {
    type: `/docs/errors#${problem.code}`,
    title,
    status,
    code: problem.code,
    requestId,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    ...(problem.fields.length === 0 ? {} : { fields: problem.fields }),
  }
}
