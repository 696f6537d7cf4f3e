import * as z from 'zod'
import { ADMINS, RESPONDERS, route, VIEWERS } from '../kernel/route.ts'
import { flagExamples } from './examples.ts'
import { FlagKey } from './flag-key.ts'
import { BundleFields, BundleName } from './bundle.ts'
import { FLAG_CATEGORIES, FLAG_STATUSES, FLAG_TYPES } from './flag.ts'
import {
  BundleView,
  FlagBody,
  FlagVersion,
  FlagView,
  ImpactView,
  ImportBody,
  ImportView,
  NewFlagBody,
  PercentageBody,
  Reason,
  RollbackBody,
  StaleFlag,
  StatsView,
  TargetBody,
  TargetView,
  VENDORS,
  WatchedBody,
  WhyBody,
} from './schemas.ts'

const key = z.strictObject({ key: FlagKey })
const Why = z.strictObject({ reason: Reason.optional().describe('Why, for the audit log') })

const YesOrNo = z.enum(['true', 'false'])

const paging = {
  limit: z.coerce.number().int().min(1).max(500).default(100).describe('Entries a page'),
  cursor: z.string().max(2000).optional().describe('`next_cursor` of the page before'),
}

const BASE = '/api/v1/ops/feature-flags'

const look = {
  capability: 'feature-flags',
  method: 'GET',
  roles: VIEWERS,
  scopes: ['midwatch/read'],
  limit: 'global_default',
} as const

const change = {
  capability: 'feature-flags',
  roles: ADMINS,
  scopes: ['midwatch/write'],
  limit: 'global_default',
  idempotent: true,
} as const
/** Who is on call may do these at night. */
const emergency = { ...change, method: 'POST', roles: RESPONDERS } as const

const RACES = ['conflict', 'request_in_flight', 'key_reused'] as const
const RECEIPTS = ['idempotency:read', 'idempotency:write'] as const
const READS = ['flag:read', 'flag-live:read'] as const
const SWITCHES = [...READS, 'flag:write', 'flag-live:write', 'audit:write', ...RECEIPTS] as const
/** A change may wait for a second person, or be watched. */
const CHANGES = [...SWITCHES, 'change:write', 'alert:read'] as const
const WRITE_ERRORS = ['unknown_flag', 'stale_version', 'too_many_flags', ...RACES] as const

export const featureFlagsContract = {
  listFlags: route({
    ...look,
    path: BASE,
    summary: 'The feature flags, by key',
    examples: flagExamples.listFlags,
    query: z.strictObject({
      category: z.enum(FLAG_CATEGORIES).optional(),
      status: z.enum(FLAG_STATUSES).optional(),
      type: z.enum(FLAG_TYPES).optional(),
      owner: z.string().max(100).optional(),
      tag: z.string().max(50).optional(),
      public: YesOrNo.optional(),
      q: z.string().max(100).optional().describe('A part of the key or the description'),
      state: z.enum(['active', 'archived', 'all']).default('active'),
      ...paging,
    }),
    response: z.object({ flags: z.array(FlagView), next_cursor: z.string().optional() }),
    errors: ['invalid_cursor'],
    uses: [...READS, 'key:read', 'key:write'],
  }),
  createFlag: route({
    ...change,
    method: 'POST',
    path: BASE,
    summary: 'Create a feature flag',
    description:
      'The key stands for the flag for ever: an archived key that is created again goes on with its versions.',
    examples: flagExamples.createFlag,
    body: NewFlagBody,
    response: FlagView,
    status: 201,
    errors: ['flag_exists', 'too_many_flags', ...RACES],
    uses: CHANGES,
  }),
  getFlag: route({
    ...look,
    path: `${BASE}/{key}`,
    summary: 'One feature flag',
    examples: flagExamples.getFlag,
    params: key,
    response: FlagView,
    errors: ['unknown_flag'],
    uses: [...READS, 'change:read'],
  }),
  putFlag: route({
    ...change,
    method: 'PUT',
    path: `${BASE}/{key}`,
    summary: 'Change a feature flag',
    description:
      'Send the whole flag: what is left out has its default afterwards. Its salt stays, so nobody is moved to another bucket.',
    examples: flagExamples.putFlag,
    params: key,
    body: FlagBody,
    response: FlagView,
    acceptedStatus: 202,
    errors: WRITE_ERRORS,
    uses: CHANGES,
  }),
  archiveFlag: route({
    ...change,
    method: 'DELETE',
    path: `${BASE}/{key}`,
    summary: 'Archive a feature flag',
    description:
      'Whoever asks for it gets its own fallback from then on. The history stays: a rollback to an earlier version brings it back.',
    examples: flagExamples.archiveFlag,
    params: key,
    query: Why,
    response: FlagView,
    acceptedStatus: 202,
    errors: ['flag_engaged', 'flag_needed', ...WRITE_ERRORS],
    uses: CHANGES,
  }),
  enableFlag: route({
    ...emergency,
    path: `${BASE}/{key}/enable`,
    summary: 'Turn a flag on for everybody, or engage a killswitch',
    description:
      'A killswitch is engaged by its switch, which every container sees within a second, whatever else is broken. ' +
      'Any other flag gets the status `enabled`.',
    examples: flagExamples.enableFlag,
    params: key,
    body: WatchedBody,
    response: FlagView,
    acceptedStatus: 202,
    errors: WRITE_ERRORS,
    uses: CHANGES,
  }),
  disableFlag: route({
    ...emergency,
    path: `${BASE}/{key}/disable`,
    summary: 'Turn a flag off for everybody, or release a killswitch',
    description:
      'By its switch, which every container sees within a second, whatever else is broken. Percentages, targets and ' +
      'rules stay as they are for the next `percentage` or PUT.',
    examples: flagExamples.disableFlag,
    params: key,
    body: WhyBody,
    response: FlagView,
    errors: WRITE_ERRORS,
    uses: SWITCHES,
  }),
  setPercentage: route({
    ...change,
    method: 'POST',
    path: `${BASE}/{key}/percentage`,
    summary: 'Roll a flag out to a part of everybody',
    description:
      'In the query or in the body, to 0.001. A larger percentage takes the feature from nobody who has it.',
    examples: flagExamples.setPercentage,
    params: key,
    query: z.strictObject({
      percentage: z
        .string()
        .regex(/^\d{1,3}(\.\d{1,3})?$/, 'must be a number from 0 to 100 with at most three decimals')
        .optional(),
    }),
    body: PercentageBody,
    response: FlagView,
    errors: WRITE_ERRORS,
    uses: CHANGES,
  }),
  listTargets: route({
    ...look,
    path: `${BASE}/{key}/targets`,
    summary: 'Whom a flag names',
    examples: flagExamples.listTargets,
    params: key,
    response: z.object({ targets: z.array(TargetView) }),
    errors: ['unknown_flag'],
    uses: READS,
  }),
  addTarget: route({
    ...change,
    method: 'POST',
    path: `${BASE}/{key}/targets`,
    summary: 'Give a flag to a user, a role or an organization, or keep it from them',
    description: 'A second target for the same one takes the place of the first.',
    examples: flagExamples.addTarget,
    params: key,
    body: TargetBody.extend({ reason: Reason.optional().describe('Why, for the audit log') }),
    response: FlagView,
    acceptedStatus: 202,
    status: 201,
    errors: WRITE_ERRORS,
    uses: CHANGES,
  }),
  removeTarget: route({
    ...change,
    method: 'DELETE',
    path: `${BASE}/{key}/targets/{target}`,
    summary: 'Take a target from a flag',
    examples: flagExamples.removeTarget,
    params: key.extend({
      target: z.string().regex(/^(user|role|organization)-[0-9a-f]{16}$/, 'a target id'),
    }),
    query: Why,
    response: FlagView,
    errors: ['unknown_target', ...WRITE_ERRORS],
    uses: CHANGES,
  }),
  getFlagHistory: route({
    ...look,
    path: `${BASE}/{key}/history`,
    summary: 'Every version of a flag, newest first',
    examples: flagExamples.getFlagHistory,
    params: key,
    query: z.strictObject(paging),
    response: z.object({ versions: z.array(FlagVersion), next_cursor: z.string().optional() }),
    errors: ['unknown_flag', 'invalid_cursor'],
    uses: ['flag:read', 'audit:read', 'key:read', 'key:write'],
  }),
  rollBackFlag: route({
    ...change,
    method: 'POST',
    path: `${BASE}/{key}/rollback`,
    summary: 'Put a flag back to an earlier version',
    description: 'Makes a new version; nothing of the history changes. Brings an archived flag back, too.',
    examples: flagExamples.rollBackFlag,
    params: key,
    body: RollbackBody,
    response: FlagView,
    acceptedStatus: 202,
    errors: ['unknown_version', ...WRITE_ERRORS],
    uses: [...CHANGES, 'audit:read'],
  }),
  getFlagStats: route({
    ...look,
    path: `${BASE}/{key}/stats`,
    summary: 'How often a flag was evaluated, by variant',
    description:
      'Containers count in memory and report once a minute, so that the last minute may be missing.',
    examples: flagExamples.getFlagStats,
    params: key,
    query: z.strictObject({ hours: z.coerce.number().int().min(1).max(720).default(24) }),
    response: StatsView,
    errors: ['unknown_flag'],
    uses: ['flag:read', 'flag-stats:read'],
  }),
  listStaleFlags: route({
    ...look,
    path: `${BASE}/stale`,
    summary: 'Flags that should be gone from the code, and why',
    description:
      'Expired ones, those that nobody has evaluated for 30 days, and those that have been the same for everybody for 30 days.',
    examples: flagExamples.listStaleFlags,
    response: z.object({ flags: z.array(StaleFlag) }),
    errors: [],
    uses: [...READS, 'flag-stats:read'],
  }),
  getImpact: route({
    capability: 'feature-flags',
    method: 'POST',
    roles: VIEWERS,
    scopes: ['midwatch/read'],
    limit: 'global_default',
    path: `${BASE}/{key}/impact`,
    summary: 'How many of the last evaluated users a change would move',
    description:
      'Takes a whole flag, as PUT does, and saves nothing. Compares it with the flag in force for the last users that any flag was evaluated for.',
    examples: flagExamples.getImpact,
    params: key,
    body: FlagBody,
    response: ImpactView,
    errors: ['unknown_flag'],
    uses: [...READS, 'flag-stats:read'],
  }),
  importFlags: route({
    ...change,
    method: 'POST',
    path: `${BASE}/import`,
    summary: 'Import the flags of another vendor',
    description:
      'Keeps every user in the variant where that vendor has put them. What cannot be kept exactly is skipped, with the reason. ' +
      'At most 45 flags at once, all or nothing; with `dry_run` nothing is saved.',
    examples: flagExamples.importFlags,
    query: z.strictObject({ vendor: z.enum(VENDORS), dry_run: YesOrNo.default('false') }),
    body: ImportBody,
    maxBodyBytes: 512 * 1024,
    response: ImportView,
    errors: ['flag_exists', 'too_many_flags', ...RACES],
    uses: SWITCHES,
  }),
  listBundles: route({
    ...look,
    path: `${BASE}/bundles`,
    summary: 'The bundles of switches for emergencies',
    examples: flagExamples.listBundles,
    response: z.object({ bundles: z.array(BundleView) }),
    errors: [],
    uses: ['bundle:read', ...READS],
  }),
  putBundle: route({
    ...change,
    method: 'PUT',
    path: `${BASE}/bundles/{bundle}`,
    summary: 'Put a bundle of switches together, or change one',
    description: 'One that is applied has to be reverted first, so that reverting knows what it has thrown.',
    examples: flagExamples.putBundle,
    params: z.strictObject({ bundle: BundleName }),
    body: BundleFields.extend({ reason: Reason.optional().describe('Why, for the audit log') }),
    response: BundleView,
    errors: ['bundle_applied', 'stale_version', ...RACES],
    uses: ['bundle:read', 'bundle:write', ...READS, 'audit:write', ...RECEIPTS],
  }),
  deleteBundle: route({
    ...change,
    method: 'DELETE',
    path: `${BASE}/bundles/{bundle}`,
    summary: 'Take back what was changed of a bundle',
    description:
      'A changed bundle goes by its definition again; a created one is gone. Its flags stay as they are.',
    examples: flagExamples.deleteBundle,
    params: z.strictObject({ bundle: BundleName }),
    query: Why,
    response: BundleView,
    errors: ['unknown_bundle', 'bundle_applied', 'bundle_defined', 'stale_version', ...RACES],
    uses: ['bundle:read', 'bundle:write', ...READS, 'audit:write', ...RECEIPTS],
  }),
  applyBundle: route({
    ...emergency,
    path: `${BASE}/bundles/{bundle}/apply`,
    summary: 'Throw all switches of a bundle at once',
    description:
      'In one transaction: its killswitches are engaged and its other flags are off, in every container within a second. ' +
      'Reverting takes back exactly the switches that this has thrown.',
    examples: flagExamples.applyBundle,
    params: z.strictObject({ bundle: BundleName }),
    body: WhyBody,
    response: BundleView,
    errors: ['unknown_bundle', 'bundle_applied', ...RACES],
    uses: ['bundle:read', 'bundle:write', ...SWITCHES],
  }),
  revertBundle: route({
    ...emergency,
    path: `${BASE}/bundles/{bundle}/revert`,
    summary: 'Take back the switches that a bundle has thrown',
    description: 'Switches that somebody has moved since stay as they are, and `kept` names them.',
    examples: flagExamples.revertBundle,
    params: z.strictObject({ bundle: BundleName }),
    body: WhyBody,
    response: BundleView,
    errors: ['unknown_bundle', 'bundle_not_applied', ...RACES],
    uses: ['bundle:read', 'bundle:write', ...SWITCHES],
  }),
  getPublicKey: route({
    ...look,
    path: `${BASE}/public-key`,
    summary: 'The key with which browsers evaluate public flags',
    description:
      'It is no secret: it tells whose flags are meant, and opens nothing but flags marked public.',
    examples: flagExamples.getPublicKey,
    response: z.object({ public_key: z.string() }),
    errors: [],
    uses: ['key:read', 'key:write'],
  }),
} as const
