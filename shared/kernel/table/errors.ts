import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
  TransactionInProgressException,
} from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { Problem } from '../errors.ts'

/** Why one write of a cancelled transaction failed. */
export interface Cancellation {
  readonly conditionFailed: boolean
  /** Another transaction held the item at this moment; worth another try. */
  readonly contended: boolean
  /** The `writeId` that the stored item carries, when its condition failed. */
  readonly storedWriteId: string | undefined
}

const storedWriteId = (item: Parameters<typeof unmarshall>[0] | undefined): string | undefined => {
  const writeId: unknown = item === undefined ? undefined : unmarshall(item)['writeId']
  return typeof writeId === 'string' ? writeId : undefined
}

const CONTENDED = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])

/** The reasons for which a write or transaction was refused, one a write; `undefined` for any other error. */
export function cancellationsOf(error: unknown): readonly Cancellation[] | undefined {
  if (error instanceof ConditionalCheckFailedException) {
    return [{ conditionFailed: true, contended: false, storedWriteId: storedWriteId(error.Item) }]
  }
  // A plain write met a transaction; or our own first try, whose reply was lost, is still at work.
  if (error instanceof TransactionConflictException || error instanceof TransactionInProgressException) {
    return [{ conditionFailed: false, contended: true, storedWriteId: undefined }]
  }
  if (!(error instanceof TransactionCanceledException)) return undefined
  return (error.CancellationReasons ?? []).map((reason) => ({
    conditionFailed: reason.Code === 'ConditionalCheckFailed',
    contended: CONTENDED.has(reason.Code ?? ''),
    storedWriteId: storedWriteId(reason.Item),
  }))
}

/** The SDK could not put a request together from what we gave it, and has asked nothing: a bug, and no outage. */
export const isUnsendable = (error: unknown): boolean =>
  error instanceof TypeError ||
  (error instanceof Error && error.message.startsWith('Unsupported type passed'))

/** DynamoDB refused what we asked: trying again would not help, and the mistake is ours. */
const OUR_MISTAKES = new Set(['ValidationException', 'SerializationException'])

/** Wraps what the SDK throws, so that callers see 503 (500 for a mistake of ours) and logs see the reason. */
export function storeUnavailable(cause: unknown): Problem {
  const ours = cause instanceof Error && OUR_MISTAKES.has(cause.name)
  return new Problem(ours ? 'internal' : 'unavailable', { cause })
}
