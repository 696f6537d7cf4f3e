import * as z from 'zod'
import { ADMINS, RESPONDERS, VIEWERS } from '../kernel/route.ts'
import { FlagKey } from './flag-key.ts'
import { Reason } from './schemas.ts'

export const key = z.strictObject({ key: FlagKey })
export const Why = z.strictObject({ reason: Reason.optional().describe('Why, for the audit log') })

export const YesOrNo = z.enum(['true', 'false'])

export const paging = {
  limit: z.coerce.number().int().min(1).max(500).default(100).describe('Entries a page'),
  cursor: z.string().max(2000).optional().describe('`next_cursor` of the page before'),
}

export const BASE = '/api/v1/ops/feature-flags'

export const look = {
  capability: 'feature-flags',
  method: 'GET',
  roles: VIEWERS,
  scopes: ['midwatch/read'],
  limit: 'global_default',
} as const

export const change = {
  capability: 'feature-flags',
  roles: ADMINS,
  scopes: ['midwatch/configure'],
  limit: 'global_default',
  idempotent: true,
} as const
/** Who is on call may do these at night. */
export const emergency = {
  ...change,
  method: 'POST',
  roles: RESPONDERS,
  scopes: ['midwatch/write'],
} as const

export const RACES = ['conflict', 'request_in_flight', 'key_reused'] as const
export const RECEIPTS = ['idempotency:read', 'idempotency:write'] as const
export const READS = ['flag:read', 'flag-live:read'] as const
export const SWITCHES = [...READS, 'flag:write', 'flag-live:write', 'audit:write', ...RECEIPTS] as const
/** A change may wait for a second person, or be watched. */
export const CHANGES = [...SWITCHES, 'change:write', 'outbox:write', 'alert:read'] as const
export const WRITE_ERRORS = ['unknown_flag', 'stale_version', 'too_many_flags', ...RACES] as const
