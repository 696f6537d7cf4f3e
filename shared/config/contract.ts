import * as z from 'zod'
import { ADMINS, RESPONDERS, route, VIEWERS } from '../kernel/route.ts'
import { ConfigKey } from './entry.ts'
import { configExamples } from './examples.ts'
import {
  ConfigVersion,
  ConfigView,
  CreateBody,
  PutBody,
  PutManyBody,
  Reason,
  RollbackBody,
  ValidateBody,
  Verdict,
} from './schemas.ts'

const params = z.strictObject({ key: ConfigKey })
const Why = z.strictObject({ reason: Reason.optional() })
const Switch = z.enum(['true', 'false']).transform((text) => text === 'true')

const paging = {
  limit: z.coerce.number().int().min(1).max(100).default(50).describe('Entries a page'),
  cursor: z.string().max(2000).optional().describe('`next_cursor` of the page before'),
}

const look = {
  capability: 'config',
  method: 'GET',
  roles: VIEWERS,
  scopes: ['midwatch/read'],
  limit: 'global_default',
} as const

const change = {
  capability: 'config',
  limit: 'global_default',
  idempotent: true,
  roles: ADMINS,
  scopes: ['midwatch/configure'],
} as const
/** Who is on call may do these at night. */
const relief = { ...change, roles: RESPONDERS, scopes: ['midwatch/write'] } as const

const RACES = ['conflict', 'request_in_flight', 'key_reused', 'config_full'] as const
const CHANGES = [
  'config:read',
  'config:write',
  'config-live:read',
  'config-live:write',
  'audit:write',
  'idempotency:read',
  'idempotency:write',
] as const
/** A change may wait for a second person, or be watched. */
const HELD = ['change:write', 'outbox:write', 'alert:read'] as const

export const configContract = {
  listConfig: route({
    ...look,
    path: '/api/v1/ops/config',
    summary: 'The configuration that holds, by key',
    description:
      'Configuration is no place for secrets: whoever may look sees every value and every version of it.',
    examples: configExamples.listConfig,
    query: z.strictObject({
      public: Switch.optional().describe('Only entries that anybody may read, or only the others'),
      changed: Switch.optional().describe(
        'Only entries that somebody has set, or only those that go by their default',
      ),
      q: z.string().min(1).max(100).optional().describe('A part of the key or the description'),
      ...paging,
    }),
    response: z.object({ entries: z.array(ConfigView), next_cursor: z.string().optional() }),
    errors: ['invalid_cursor'],
    uses: ['config:read', 'key:read', 'key:write'],
  }),
  getConfig: route({
    ...look,
    path: '/api/v1/ops/config/{key}',
    summary: 'One entry',
    examples: configExamples.getConfig,
    params,
    response: ConfigView,
    revalidates: false,
    errors: ['unknown_config_key'],
    uses: ['config:read', 'change:read'],
  }),
  putConfig: route({
    ...relief,
    method: 'PUT',
    path: '/api/v1/ops/config/{key}',
    summary: 'Set a value',
    description:
      'Every container goes by it within a second. Where the entry needs a second person, nothing changes yet: the answer ' +
      'is 202, with the change that waits in `pending_change`. With `watch`, the previous value comes back by itself, as a ' +
      'new version, when that alert opens in time.',
    examples: configExamples.putConfig,
    params,
    body: PutBody,
    response: ConfigView,
    acceptedStatus: 202,
    errors: ['unknown_config_key', 'stale_version', ...RACES],
    uses: [...CHANGES, ...HELD],
  }),
  deleteConfig: route({
    ...change,
    method: 'DELETE',
    path: '/api/v1/ops/config/{key}',
    summary: 'Go back to the default, or remove a key that was created here',
    description: 'The answer shows the entry as it is now; of a removed key it shows what it last was.',
    examples: configExamples.deleteConfig,
    params,
    query: Why,
    response: ConfigView,
    acceptedStatus: 202,
    errors: ['unknown_config_key', 'stale_version', ...RACES],
    uses: [...CHANGES, ...HELD],
  }),
  listConfigHistory: route({
    ...look,
    path: '/api/v1/ops/config/{key}/history',
    summary: 'Every version of an entry, newest first',
    examples: configExamples.listConfigHistory,
    params,
    query: z.strictObject(paging),
    response: z.object({ versions: z.array(ConfigVersion), next_cursor: z.string().optional() }),
    errors: ['unknown_config_key', 'invalid_cursor'],
    uses: ['config:read', 'audit:read', 'key:read', 'key:write'],
  }),
  rollbackConfig: route({
    ...relief,
    method: 'POST',
    path: '/api/v1/ops/config/{key}/rollback',
    summary: 'Set the value that an earlier version had, as a new version',
    examples: configExamples.rollbackConfig,
    params,
    body: RollbackBody,
    response: ConfigView,
    acceptedStatus: 202,
    errors: ['unknown_config_key', 'unknown_version', 'stale_version', ...RACES],
    uses: [...CHANGES, ...HELD, 'audit:read'],
  }),
  createConfig: route({
    ...change,
    method: 'POST',
    path: '/api/v1/ops/config',
    summary: 'Create a key, with the JSON Schema of its values',
    description:
      'Of JSON Schema these keywords are taken, and any other is refused: `type` (one of boolean, integer, number, string, ' +
      'array, object), `title`, `description`, `enum`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, ' +
      '`multipleOf`, `minLength`, `maxLength`, `pattern`, `items`, `minItems`, `maxItems`, `properties`, `required` and ' +
      '`additionalProperties`. A `pattern` stands beside a `maxLength`, and must be quick to match.',
    examples: configExamples.createConfig,
    query: Why,
    body: CreateBody,
    response: ConfigView,
    status: 201,
    errors: ['key_taken', ...RACES],
    uses: CHANGES,
  }),
  validateConfig: route({
    ...look,
    method: 'POST',
    path: '/api/v1/ops/config/validate',
    summary: 'Look whether values would be accepted, and change nothing',
    examples: configExamples.validateConfig,
    body: ValidateBody,
    response: z.object({ valid: z.boolean(), results: z.array(Verdict) }),
    errors: [],
    uses: ['config:read'],
  }),
  putManyConfig: route({
    ...change,
    method: 'PUT',
    path: '/api/v1/ops/config',
    summary: 'Set several values together: all of them, or none',
    examples: configExamples.putManyConfig,
    body: PutManyBody,
    response: z.object({ entries: z.array(ConfigView) }),
    errors: ['stale_version', ...RACES],
    uses: CHANGES,
  }),
} as const
