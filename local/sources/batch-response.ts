import * as z from 'zod'
import type { Outcome } from '../host/invocation.ts'

const Response = z.object({
  batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
})

/**
 * Which records of a batch are to be delivered again, by the rules of a partial batch response: none when the answer is
 * empty; all when the invocation failed, or when its answer has another form or names a record that was not in the batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 * @param ids the batch's message ids or sequence numbers
 */
export function failedRecords(outcome: Outcome, ids: readonly string[]): ReadonlySet<string> {
  if (!outcome.ok) return new Set(ids)
  if (outcome.payload === null) return new Set()
  const parsed = Response.safeParse(outcome.payload)
  if (!parsed.success) return new Set(ids)
  const named = (parsed.data.batchItemFailures ?? []).map((failure) => failure.itemIdentifier)
  return new Set(named.every((id) => ids.includes(id)) ? named : ids)
}
