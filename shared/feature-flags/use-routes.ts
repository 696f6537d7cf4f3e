import * as z from 'zod'
import { VIEWERS, route } from '../kernel/route.ts'
import { flagExamples } from './examples.ts'
import { key, BASE, look, change, RACES, READS, SWITCHES, YesOrNo } from './route-parts.ts'
import { FlagBody, ImpactView, ImportBody, ImportView, StaleFlag, StatsView, VENDORS } from './schemas.ts'

/** How flags are used, what a change would do, and where flags come from. */
export const useRoutes = {
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
      'At most 45 flags at once, all or nothing: of a larger file name some with `keys`. With `dry_run` nothing is saved.',
    examples: flagExamples.importFlags,
    query: z.strictObject({
      vendor: z.enum(VENDORS),
      dry_run: YesOrNo.default('false'),
      keys: z.string().min(1).max(6_000).optional().describe('Only these flags, separated by commas'),
    }),
    body: ImportBody,
    maxBodyBytes: 512 * 1024,
    response: ImportView,
    errors: ['flag_exists', 'too_many_flags', ...RACES],
    uses: SWITCHES,
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
