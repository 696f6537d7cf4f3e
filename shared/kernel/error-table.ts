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
  targeting_key_missing: {
    status: 400,
    title: 'The flag is bucketed by an attribute that the context does not have.',
    remedy: 'Send that attribute; it is the targetingKey unless the flag names another.',
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
  own_change: {
    status: 403,
    title: 'Nobody approves a change of their own.',
    remedy: 'Ask somebody else who may; "detail" names the author.',
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
  unknown_flag: {
    status: 404,
    title: 'There is no feature flag with this key.',
    remedy: 'List the flags at GET /api/v1/ops/feature-flags and use one of their keys.',
  },
  unknown_target: {
    status: 404,
    title: 'The flag has no target with this id.',
    remedy: 'List its targets at GET /api/v1/ops/feature-flags/{key}/targets and use one of their ids.',
  },
  unknown_version: {
    status: 404,
    title: 'There is no such version.',
    remedy: 'List the versions in the history and use one of their numbers.',
  },
  unknown_bundle: {
    status: 404,
    title: 'There is no bundle of switches with this name.',
    remedy: 'List the bundles at GET /api/v1/ops/feature-flags/bundles and use one of their names.',
  },
  unknown_config_key: {
    status: 404,
    title: 'There is no configuration entry with this key.',
    remedy: 'List the entries at GET /api/v1/ops/config and use one of their keys, or create the key.',
  },
  unknown_change: {
    status: 404,
    title: 'There is no change with this id.',
    remedy: 'List the changes at GET /api/v1/ops/changes and use one of their ids.',
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
  flag_exists: {
    status: 409,
    title: 'There is a feature flag with this key already.',
    remedy: 'PUT it to change it, or use another key.',
  },
  flag_engaged: {
    status: 409,
    title: 'The killswitch is engaged; archiving it would release it.',
    remedy: 'Disable it first, then archive it.',
  },
  flag_needed: {
    status: 409,
    title: 'Other flags need this one.',
    remedy: 'Take it out of the prerequisites of the flags that "detail" names first.',
  },
  too_many_flags: {
    status: 409,
    title: 'The flags together are larger than what containers keep at hand.',
    remedy: 'Archive flags that are no longer used; GET /api/v1/ops/feature-flags/stale lists candidates.',
  },
  bundle_applied: {
    status: 409,
    title: 'The bundle is applied already.',
    remedy: 'Revert it first if its switches are to be thrown anew.',
  },
  bundle_not_applied: {
    status: 409,
    title: 'The bundle is not applied; there is nothing to revert.',
    remedy: 'Nothing is left to do.',
  },
  key_taken: {
    status: 409,
    title: 'There is a configuration entry with this key already.',
    remedy: 'PUT its value, or choose another key.',
  },
  config_full: {
    status: 409,
    title: 'The configuration is as large as it may be.',
    remedy: 'Remove keys that are no longer needed, or shorten values.',
  },
  change_closed: {
    status: 409,
    title: 'The change does not wait any more.',
    remedy: 'Read it to see who decided what; if it is still wanted, ask for it anew.',
  },
  change_outdated: {
    status: 409,
    title: 'What was to be changed has changed since.',
    remedy: 'Read it again, and ask for the change anew if it still makes sense.',
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
