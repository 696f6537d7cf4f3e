/** What an error code means to a caller. `title` is public text; it never changes with the occurrence. */
interface ErrorEntry {
  readonly status: number
  readonly title: string
}

/**
 * The closed table of errors: everything that a response may say went wrong. `type` in a problem document is
 * `/docs/errors#<code>`; the texts are rendered there from this table.
 */
export const ERRORS = {
  invalid_json: { status: 400, title: 'The body is not valid JSON.' },
  invalid_cursor: { status: 400, title: 'The cursor was not issued for this list, or was altered.' },
  unauthorized: { status: 401, title: 'A valid bearer token is needed.' },
  forbidden: { status: 403, title: 'Your roles or scopes do not allow this.' },
  not_found: { status: 404, title: 'There is nothing at this address.' },
  unknown_check: { status: 404, title: 'There is no check with this id.' },
  unknown_alert: { status: 404, title: 'There is no alert with this id.' },
  method_not_allowed: { status: 405, title: 'This address does not answer this method.' },
  conflict: { status: 409, title: 'Somebody changed this at the same moment; read it again and retry.' },
  request_in_flight: { status: 409, title: 'The first request with this Idempotency-Key has not ended yet.' },
  alert_resolved: { status: 409, title: 'The alert is resolved already.' },
  stale_version: { status: 412, title: 'If-Match names a version that is no longer the current one.' },
  body_too_large: { status: 413, title: 'The body is larger than this route accepts.' },
  invalid_input: { status: 422, title: 'Some fields are wrong; see "fields".' },
  key_reused: { status: 422, title: 'This Idempotency-Key was used with another request.' },
  rate_limited: { status: 429, title: 'Too many requests; wait for as long as Retry-After says.' },
  internal: { status: 500, title: 'Something went wrong on our side.' },
  unavailable: { status: 503, title: 'A part that this needs does not answer; retry shortly.' },
  timeout: { status: 504, title: 'This took too long and was given up.' },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS

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
