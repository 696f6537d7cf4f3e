/** What an error code means to a caller. The texts are public and never change with the occurrence. */
interface ErrorEntry {
  readonly status: number
  readonly title: string
  /** What the caller can do about it. */
  readonly remedy: string
}

/**
 * The closed table of errors: everything that a response may say went wrong. `type` in a problem document is
 * `/docs/errors#<code>`; the texts are rendered there from this table.
 */
export const ERRORS = {
  invalid_json: {
    status: 400,
    title: 'The body is not valid JSON.',
    remedy: 'Send one JSON value; check quotes and commas.',
  },
  invalid_cursor: {
    status: 400,
    title: 'The cursor was not issued for this list, or was altered.',
    remedy: 'Start again without a cursor, and keep the filters the same from page to page.',
  },
  unauthorized: {
    status: 401,
    title: 'A valid bearer token is needed.',
    remedy: 'Sign in and send the token as "Authorization: Bearer …"; an expired one must be renewed.',
  },
  forbidden: {
    status: 403,
    title: 'Your roles or scopes do not allow this.',
    remedy: 'Ask an administrator for one of the roles that "detail" names, or for the scope.',
  },
  blocked: {
    status: 403,
    title: 'This caller is blocked.',
    remedy: 'Ask an administrator of the platform; "detail" says until when, if the block ends by itself.',
  },
  not_found: {
    status: 404,
    title: 'There is nothing at this address.',
    remedy: 'Compare the address with the reference.',
  },
  unknown_check: {
    status: 404,
    title: 'There is no check with this id.',
    remedy: 'List the checks at GET /api/v1/ops/health and use one of their ids.',
  },
  unknown_alert: {
    status: 404,
    title: 'There is no alert with this id.',
    remedy: 'List the alerts at GET /api/v1/ops/alerts and use one of their ids.',
  },
  unknown_rule: {
    status: 404,
    title: 'There is no rate-limit rule with this name.',
    remedy: 'List the rules at GET /api/v1/ops/rate-limits/rules and use one of their names.',
  },
  unknown_override: {
    status: 404,
    title: 'There is no override with this id.',
    remedy: 'List the overrides at GET /api/v1/ops/rate-limits/overrides and use one of their ids.',
  },
  unknown_block: {
    status: 404,
    title: 'There is no block with this id in force.',
    remedy: 'List the blocks at GET /api/v1/ops/rate-limits/blocks and use one of their ids.',
  },
  method_not_allowed: {
    status: 405,
    title: 'This address does not answer this method.',
    remedy: 'Use one of the methods that the reference gives for this address.',
  },
  conflict: {
    status: 409,
    title: 'Somebody changed this at the same moment; read it again and retry.',
    remedy: 'Read it again, look whether your change still makes sense, and send it once more.',
  },
  request_in_flight: {
    status: 409,
    title: 'The first request with this Idempotency-Key has not ended yet.',
    remedy: 'Wait for as long as Retry-After says, then send the same request with the same key.',
  },
  alert_resolved: {
    status: 409,
    title: 'The alert is resolved already.',
    remedy: 'Nothing is left to do; the alert opens again when its check fails again.',
  },
  rule_defined: {
    status: 409,
    title: 'The rule is as the platform definition has it; there is nothing to take back.',
    remedy:
      'To stop its denials, PUT it with the mode "shadow"; to be rid of it, take it out of the definition.',
  },
  too_many_blocks: {
    status: 409,
    title: 'As many blocks are in force as there may be.',
    remedy: 'End blocks that are no longer needed, or block a range in place of its addresses.',
  },
  stale_version: {
    status: 412,
    title: 'If-Match names a version that is no longer the current one.',
    remedy: 'Read it again and send your change with the new ETag in If-Match.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is larger than this route accepts.',
    remedy: 'Send less at once; "detail" names the limit.',
  },
  invalid_input: {
    status: 422,
    title: 'Some fields are wrong; see "fields".',
    remedy: 'Mend each field that "fields" lists; it names the rule that the field breaks.',
  },
  invalid_refund: {
    status: 422,
    title: 'This is no refund token of ours.',
    remedy: 'Send the "refund_token" of a check as it was answered.',
  },
  key_reused: {
    status: 422,
    title: 'This Idempotency-Key was used with another request.',
    remedy: 'Use a new key for every new request, and the same key only to repeat one.',
  },
  rate_limited: {
    status: 429,
    title: 'Too many requests; wait for as long as Retry-After says.',
    remedy: 'Slow down; spread requests out or ask for more in one.',
  },
  internal: {
    status: 500,
    title: 'Something went wrong on our side.',
    remedy: 'Retry once with the same Idempotency-Key; if it persists, report the requestId.',
  },
  unavailable: {
    status: 503,
    title: 'A part that this needs does not answer; retry shortly.',
    remedy: 'Retry after a few seconds, waiting longer each time.',
  },
  timeout: {
    status: 504,
    title: 'This took too long and was given up.',
    remedy:
      'Look whether it was done all the same, then retry with the same Idempotency-Key; ask for less at once.',
  },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS
