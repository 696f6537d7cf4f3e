/** What an error code means to a caller. The texts are public and never change with the occurrence. */
interface ErrorEntry {
  readonly status: number
  readonly title: string
}

/**
 * The closed table of errors: everything that a response may say went wrong. `type` in a problem document is
 * `/docs/errors#<code>`; the texts are rendered there from this table, with what to do about each (`shared/reference/remedies.ts`).
 */
export const ERRORS = {
  invalid_json: { status: 400, title: 'The body is not valid JSON.' },
  invalid_cursor: { status: 400, title: 'The cursor was not issued for this list, or was altered.' },
  targeting_key_missing: {
    status: 400,
    title: 'The flag is bucketed by an attribute that the context does not have.',
  },
  unauthorized: { status: 401, title: 'Valid credentials are needed.' },
  forbidden: { status: 403, title: 'Your roles or scopes do not allow this.' },
  blocked: { status: 403, title: 'This caller is blocked.' },
  own_change: { status: 403, title: 'Nobody approves a change of their own.' },
  not_found: { status: 404, title: 'There is nothing at this address.' },
  unknown_check: { status: 404, title: 'There is no check with this id.' },
  unknown_alert: { status: 404, title: 'There is no alert with this id.' },
  unknown_rule: { status: 404, title: 'There is no rate-limit rule with this name.' },
  unknown_override: { status: 404, title: 'There is no override with this id.' },
  unknown_block: { status: 404, title: 'There is no block with this id in force.' },
  unknown_flag: { status: 404, title: 'There is no feature flag with this key.' },
  unknown_target: { status: 404, title: 'The flag has no target with this id.' },
  unknown_version: { status: 404, title: 'There is no such version.' },
  unknown_bundle: { status: 404, title: 'There is no bundle of switches with this name.' },
  unknown_config_key: { status: 404, title: 'There is no configuration entry with this key.' },
  unknown_change: { status: 404, title: 'There is no change with this id.' },
  method_not_allowed: { status: 405, title: 'This address does not answer this method.' },
  conflict: { status: 409, title: 'Somebody changed this at the same moment; read it again and retry.' },
  request_in_flight: { status: 409, title: 'The first request with this Idempotency-Key has not ended yet.' },
  alert_resolved: { status: 409, title: 'The alert is resolved already.' },
  flag_exists: { status: 409, title: 'There is a feature flag with this key already.' },
  flag_engaged: { status: 409, title: 'The killswitch is engaged; archiving it would release it.' },
  flag_needed: { status: 409, title: 'Other flags, or a bundle, need this one.' },
  too_many_flags: { status: 409, title: 'The flags together are larger than what containers keep at hand.' },
  bundle_applied: { status: 409, title: 'The bundle is applied already.' },
  bundle_defined: {
    status: 409,
    title: 'The bundle is as the platform definition has it; there is nothing to take back.',
  },
  bundle_not_applied: { status: 409, title: 'The bundle is not applied; there is nothing to revert.' },
  key_taken: { status: 409, title: 'There is a configuration entry with this key already.' },
  config_full: { status: 409, title: 'The configuration is as large as it may be.' },
  change_closed: { status: 409, title: 'The change does not wait any more.' },
  change_outdated: { status: 409, title: 'What was to be changed has changed since.' },
  rule_defined: {
    status: 409,
    title: 'The rule is as the platform definition has it; there is nothing to take back.',
  },
  too_many_blocks: { status: 409, title: 'As many blocks are in force as there may be.' },
  stale_version: { status: 412, title: 'If-Match names a version that is no longer the current one.' },
  body_too_large: { status: 413, title: 'The body is larger than this route accepts.' },
  invalid_input: { status: 422, title: 'Some fields are wrong; see "fields".' },
  invalid_refund: { status: 422, title: 'This is no refund token of ours.' },
  key_reused: { status: 422, title: 'This Idempotency-Key was used with another request.' },
  rate_limited: { status: 429, title: 'Too many requests; wait for as long as Retry-After says.' },
  internal: { status: 500, title: 'Something went wrong on our side.' },
  unavailable: { status: 503, title: 'A part that this needs does not answer; retry shortly.' },
  timeout: { status: 504, title: 'This took too long and was given up.' },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS
