import * as z from 'zod'
import { route } from '../kernel/route.ts'
import { publicConfigExamples } from './examples.ts'

/** Apart from the routes that administrators use: clients ask for this all the time. */
export const publicConfigContract = {
  getPublicConfig: route({
    capability: 'public-config',
    method: 'GET',
    path: '/api/v1/config',
    summary: 'What clients go by: the public entries',
    description: 'At most a second old. The last known values are answered while the store does not answer.',
    examples: publicConfigExamples.getPublicConfig,
    roles: 'public',
    limit: 'public_endpoints',
    response: z.object({ config: z.record(z.string(), z.unknown()) }),
    errors: [],
    uses: ['config-live:read'],
  }),
} as const
