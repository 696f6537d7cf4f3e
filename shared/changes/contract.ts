import * as z from 'zod'
import { ADMINS, RESPONDERS, route, schedule, VIEWERS } from '../kernel/route.ts'
import { changeExamples } from './examples.ts'
import { CHANGE_KINDS, CHANGE_STATES, ChangeView } from './schemas.ts'

const ChangeId = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, 'a change id')

const look = {
  capability: 'changes',
  method: 'GET',
  roles: VIEWERS,
  scopes: ['midwatch/read'],
  limit: 'global_default',
} as const

/** Putting a change in force, or taking it back: of the configuration and of flags. */
const APPLIED = [
  'config:read',
  'config:write',
  'config-live:read',
  'config-live:write',
  'flag:read',
  'flag:write',
  'flag-live:read',
  'flag-live:write',
  'alert:read',
] as const

/** For people, if nothing else is said: a machine cannot be the second person. */
const decide = {
  capability: 'changes',
  method: 'POST',
  roles: ADMINS,
  limit: 'global_default',
  params: z.strictObject({ change: ChangeId }),
  response: ChangeView,
  idempotent: true,
} as const

const CLOSED = [
  'unknown_change',
  'change_closed',
  'stale_version',
  'conflict',
  'request_in_flight',
  'key_reused',
] as const
const DECISIONS = [
  'change:read',
  'change:write',
  'audit:write',
  'idempotency:read',
  'idempotency:write',
] as const

export const changesContract = {
  listChanges: route({
    ...look,
    path: '/api/v1/ops/changes',
    summary: 'Changes that wait, or have waited, for a second person; newest first',
    examples: changeExamples.listChanges,
    query: z.strictObject({
      state: z.enum(CHANGE_STATES).optional(),
      kind: z.enum(CHANGE_KINDS).optional().describe('What is to be changed'),
      target: z.string().min(1).max(128).optional().describe('The key of what is to be changed'),
      limit: z.coerce.number().int().min(1).max(100).default(50).describe('Changes a page'),
      cursor: z.string().max(2000).optional().describe('`next_cursor` of the page before'),
    }),
    response: z.object({ changes: z.array(ChangeView), next_cursor: z.string().optional() }),
    errors: ['invalid_cursor'],
    uses: ['change:read', 'key:read', 'key:write'],
  }),
  getChange: route({
    ...look,
    path: '/api/v1/ops/changes/{change}',
    summary: 'One change',
    examples: changeExamples.getChange,
    params: z.strictObject({ change: ChangeId }),
    response: ChangeView,
    errors: ['unknown_change'],
    uses: ['change:read'],
  }),
  approveChange: route({
    ...decide,
    path: '/api/v1/ops/changes/{change}/approve',
    summary: 'Approve a change of somebody else, which puts it in force at once',
    description:
      'Never by its author, and never by a machine. When its target has changed since, the change is outdated: whoever ' +
      'still wants it asks anew.',
    examples: changeExamples.approveChange,
    errors: [...CLOSED, 'own_change', 'change_outdated', 'config_full', 'flag_needed', 'too_many_flags'],
    uses: [...DECISIONS, ...APPLIED],
  }),
  rejectChange: route({
    ...decide,
    // Whoever may ask for a change may think better of it.
    roles: RESPONDERS,
    scopes: ['midwatch/write', 'midwatch/configure'],
    path: '/api/v1/ops/changes/{change}/reject',
    summary: 'Reject a change, or take back an own one',
    description:
      'Administrators reject any change; responders and machines take back what they have asked for.',
    examples: changeExamples.rejectChange,
    body: z.strictObject({ reason: z.string().trim().min(1).max(1000).describe('Why, for its author') }),
    errors: CLOSED,
    uses: DECISIONS,
  }),
  watch: schedule({
    capability: 'changes',
    name: 'watch',
    summary:
      'Takes back watched changes whose alert fires, and closes changes that nobody has approved in time',
    every: 'minute',
    timeoutSeconds: 50,
    uses: ['change:read', 'change:write', ...APPLIED, 'audit:write', 'outbox:write'],
  }),
} as const
