import * as z from 'zod'
import { FlagKey } from '../feature-flags/flag-key.ts'
import { route, VIEWERS } from '../kernel/route.ts'
import { flagEvaluationExamples } from './examples.ts'
import { EvaluationView, OfrepBulk, OfrepEvaluation, OfrepRequest } from './schemas.ts'

const key = z.strictObject({ key: FlagKey })

const USES = ['flag-live:read', 'flag-stats:write', 'key:read', 'key:write'] as const

const forUsers = {
  capability: 'flag-evaluation',
  method: 'GET',
  roles: 'signed-in',
  limit: 'global_default',
  uses: USES,
} as const

const ofrep = {
  capability: 'flag-evaluation',
  method: 'POST',
  dialect: 'ofrep',
  revalidates: true,
  body: OfrepRequest,
  uses: USES,
} as const
const forServices = {
  ...ofrep,
  roles: VIEWERS,
  scopes: ['midwatch/evaluate', 'midwatch/read'],
  limit: 'flag_evaluations',
} as const
/** A browser has no token that would be worth checking; its key says whose flags it means. */
const forBrowsers = { ...ofrep, roles: 'public', limit: 'public_endpoints' } as const

const PROTOCOL =
  'OpenFeature Remote Evaluation Protocol 0.3.0: any OpenFeature provider for it works with this address as its base URL.'

export const flagEvaluationContract = {
  evaluateFlag: route({
    ...forUsers,
    path: '/api/v1/feature-flags/evaluate/{key}',
    summary: 'What a flag is for the signed-in user',
    description: 'Users see the flags that are marked public; whoever may look at the ops API sees all.',
    examples: flagEvaluationExamples.evaluateFlag,
    params: key,
    response: EvaluationView,
    errors: ['unknown_flag', 'targeting_key_missing'],
  }),
  evaluateFlags: route({
    ...forUsers,
    path: '/api/v1/feature-flags/evaluate',
    summary: 'What all flags are for the signed-in user',
    description: 'Users see the flags that are marked public; whoever may look at the ops API sees all.',
    examples: flagEvaluationExamples.evaluateFlags,
    response: z.object({ flags: z.array(EvaluationView) }),
    errors: [],
  }),
  ofrepFlag: route({
    ...forServices,
    path: '/ofrep/v1/evaluate/flags/{key}',
    summary: 'Evaluate one flag, for services',
    description: PROTOCOL,
    examples: flagEvaluationExamples.ofrepFlag,
    params: key,
    response: OfrepEvaluation,
    errors: ['unknown_flag', 'targeting_key_missing'],
  }),
  ofrepFlags: route({
    ...forServices,
    path: '/ofrep/v1/evaluate/flags',
    summary: 'Evaluate all flags, for services',
    description: `${PROTOCOL} The ETag covers everything that the answer says, so a 304 is never wrong.`,
    examples: flagEvaluationExamples.ofrepFlags,
    response: OfrepBulk,
    errors: [],
  }),
  publicOfrepFlag: route({
    ...forBrowsers,
    path: '/public/ofrep/v1/evaluate/flags/{key}',
    summary: 'Evaluate one public flag, for browsers',
    description: `${PROTOCOL} Send the public key as X-API-Key.`,
    examples: flagEvaluationExamples.publicOfrepFlag,
    params: key,
    response: OfrepEvaluation,
    errors: ['unauthorized', 'unknown_flag', 'targeting_key_missing'],
  }),
  publicOfrepFlags: route({
    ...forBrowsers,
    path: '/public/ofrep/v1/evaluate/flags',
    summary: 'Evaluate all public flags, for browsers',
    description: `${PROTOCOL} Send the public key as X-API-Key.`,
    examples: flagEvaluationExamples.publicOfrepFlags,
    response: OfrepBulk,
    errors: ['unauthorized'],
  }),
} as const
