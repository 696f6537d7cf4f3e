import { ERRORS, type ErrorCode } from './error-table.ts'

export { ERRORS, type ErrorCode }

/** The status that an error code is answered with; OFREP has 400 for whatever is wrong with a request. */
export const statusOf = (code: ErrorCode, dialect?: 'ofrep'): number =>
  dialect === 'ofrep' && code === 'invalid_input' ? 400 : ERRORS[code].status

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
  /** In place of the code's own, where another protocol demands it. */
  readonly status?: number
  /** A problem type that is registered elsewhere, in place of our own. */
  readonly type?: string
  /** Further members of the problem document (RFC 9457, section 3.2). */
  readonly extensions?: Readonly<Record<string, unknown>>
  /** What really happened; logged, never sent. */
  readonly cause?: unknown
}

/** An error that a caller may see. Whatever else is thrown is answered as `internal`. */
export class Problem extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly fields: readonly FieldError[]
  readonly headers: Readonly<Record<string, string>>
  readonly detail: string | undefined
  readonly type: string
  readonly extensions: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, options: ProblemOptions = {}) {
    super(options.detail ?? ERRORS[code].title, { cause: options.cause })
    this.name = 'Problem'
    this.code = code
    this.status = options.status ?? ERRORS[code].status
    this.detail = options.detail
    this.fields = options.fields ?? []
    this.headers = options.headers ?? {}
    this.type = options.type ?? `/docs/errors#${code}`
    this.extensions = options.extensions ?? {}
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
  const { title } = ERRORS[problem.code]
  return {
    ...problem.extensions,
    type: problem.type,
    title,
    status: problem.status,
    code: problem.code,
    requestId,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    ...(problem.fields.length === 0 ? {} : { fields: problem.fields }),
  }
}
