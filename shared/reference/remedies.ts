import type { ErrorCode } from '../kernel/errors.ts'

/**
 * What a caller can do about each error. Apart from the table of errors, since it is for people who read the reference, and no
 * other function needs it.
 */
export const REMEDIES: Readonly<Record<ErrorCode, string>> = {
  invalid_json: 'Send one JSON value; check quotes and commas.',
  invalid_cursor: 'Start again without a cursor, and keep the filters the same from page to page.',
  targeting_key_missing: 'Send that attribute; it is the targetingKey unless the flag names another.',
  unauthorized: 'Sign in and send the token as "Authorization: Bearer …"; an expired one must be renewed.',
  forbidden: 'Ask an administrator for one of the roles that "detail" names, or for the scope.',
  blocked: 'Ask an administrator of the platform; "detail" says until when, if the block ends by itself.',
  own_change: 'Ask somebody else who may; "detail" names the author.',
  not_found: 'Compare the address with the reference.',
  unknown_check: 'List the checks at GET /api/v1/ops/health and use one of their ids.',
  unknown_alert: 'List the alerts at GET /api/v1/ops/alerts and use one of their ids.',
  unknown_rule: 'List the rules at GET /api/v1/ops/rate-limits/rules and use one of their names.',
  unknown_override: 'List the overrides at GET /api/v1/ops/rate-limits/overrides and use one of their ids.',
  unknown_block: 'List the blocks at GET /api/v1/ops/rate-limits/blocks and use one of their ids.',
  unknown_flag: 'List the flags at GET /api/v1/ops/feature-flags and use one of their keys.',
  unknown_target: 'List its targets at GET /api/v1/ops/feature-flags/{key}/targets and use one of their ids.',
  unknown_version: 'List the versions in the history and use one of their numbers.',
  unknown_bundle: 'List the bundles at GET /api/v1/ops/feature-flags/bundles and use one of their names.',
  unknown_config_key:
    'List the entries at GET /api/v1/ops/config and use one of their keys, or create the key.',
  unknown_change: 'List the changes at GET /api/v1/ops/changes and use one of their ids.',
  method_not_allowed: 'Use one of the methods that the reference gives for this address.',
  conflict: 'Read it again, look whether your change still makes sense, and send it once more.',
  request_in_flight: 'Wait for as long as Retry-After says, then send the same request with the same key.',
  alert_resolved: 'Nothing is left to do; the alert opens again when its check fails again.',
  flag_exists: 'PUT it to change it, or use another key.',
  flag_engaged: 'Disable it first, then archive it.',
  flag_needed:
    'Take it out of the prerequisites of the flags, or out of the bundle, that "detail" names first.',
  too_many_flags:
    'Archive flags that are no longer used; GET /api/v1/ops/feature-flags/stale lists candidates.',
  bundle_applied: 'Revert it first if its switches are to be thrown anew.',
  bundle_defined: 'To be rid of it, take it out of the definition.',
  bundle_not_applied: 'Nothing is left to do.',
  key_taken: 'PUT its value, or choose another key.',
  config_full: 'Remove keys, use the name of a removed one, or shorten values, as "detail" says.',
  change_closed: 'Read it to see who decided what; if it is still wanted, ask for it anew.',
  change_outdated: 'Read it again, and ask for the change anew if it still makes sense.',
  rule_defined:
    'To stop its denials, PUT it with the mode "shadow"; to be rid of it, take it out of the definition.',
  too_many_blocks: 'End blocks that are no longer needed, or block a range in place of its addresses.',
  stale_version: 'Read it again and send your change with the new ETag in If-Match.',
  body_too_large: 'Send less at once; "detail" names the limit.',
  invalid_input: 'Mend each field that "fields" lists; it names the rule that the field breaks.',
  invalid_refund: 'Send the "refund_token" of a check as it was answered.',
  key_reused: 'Use a new key for every new request, and the same key only to repeat one.',
  rate_limited: 'Slow down; spread requests out or ask for more in one.',
  internal: 'Retry once with the same Idempotency-Key; if it persists, report the requestId.',
  unavailable: 'Retry after a few seconds, waiting longer each time.',
  timeout:
    'Look whether it was done all the same, then retry with the same Idempotency-Key; ask for less at once.',
}
