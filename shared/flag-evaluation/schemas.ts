import * as z from 'zod'
import { isDeeperThan } from '../kernel/json-value.ts'

/** What comes in was parsed as JSON, and values were checked when their flag was written. */
const AnyJson = z.custom<z.core.util.JSONType>()

/** Rules ask for what lies at the top; whatever is deeper is carried along. */
const MAX_CONTEXT_DEPTH = 20

/** Why a flag has a value, in the words of OpenFeature. */
const Reason = z.enum(['STATIC', 'DEFAULT', 'TARGETING_MATCH', 'SPLIT', 'DISABLED', 'STALE'])

/** What a flag is for somebody. */
export const EvaluationView = z.object({
  key: z.string(),
  value: AnyJson,
  variant: z.string(),
  reason: Reason,
})
export type EvaluationView = z.input<typeof EvaluationView>

/** A request of the OpenFeature Remote Evaluation Protocol. Members that it may get one day are passed over. */
export const OfrepRequest = z.object({
  context: z
    .record(z.string().max(100), AnyJson)
    .refine(
      ({ targetingKey }) => targetingKey === undefined || typeof targetingKey === 'string',
      'must have a string as its targetingKey',
    )
    .refine(
      (context) => !isDeeperThan(MAX_CONTEXT_DEPTH, context),
      `must not be nested more than ${MAX_CONTEXT_DEPTH} deep`,
    )
    .default({})
    .describe('`targetingKey`, `roles`, `organization`, and whatever the rules of flags ask for'),
})

const metadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))

export const OfrepEvaluation = EvaluationView.extend({ metadata })

const OfrepFailure = z.object({ key: z.string(), errorCode: z.string(), errorDetails: z.string() })

export const OfrepBulk = z.object({
  flags: z.array(z.union([OfrepEvaluation, OfrepFailure])),
  metadata,
})
