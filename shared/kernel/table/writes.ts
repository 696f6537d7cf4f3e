import {
  type DynamoDBDocumentClient,
  PutCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { cancellationsOf, isUnsendable, storeUnavailable } from './errors.ts'
import { conditionOf, type Expression, updateOf } from './expressions.ts'
import type { CommitResult, Write } from './types.ts'

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number]

const conditionFields = (condition: Expression | undefined) =>
  condition === undefined
    ? {}
    : {
        ConditionExpression: condition.text,
        ExpressionAttributeNames: condition.names,
        ...(Object.keys(condition.values).length === 0
          ? {}
          : { ExpressionAttributeValues: condition.values }),
      }

function transactItem(tableName: string, write: Write, writeId: string): TransactItem {
  const condition = conditionOf(write.expect)
  const base = {
    TableName: tableName,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
    ...conditionFields(condition),
  }
  switch (write.kind) {
    case 'put':
      return { Put: { ...base, Item: { ...write.item, writeId } } }
    case 'delete':
      return { Delete: { ...base, Key: write.key } }
    case 'check':
      return { ConditionCheck: { ...base, Key: write.key, ConditionExpression: condition?.text ?? '' } }
    case 'update': {
      const update = updateOf(write, writeId)
      return {
        Update: {
          ...base,
          Key: write.key,
          UpdateExpression: update.text,
          ExpressionAttributeNames: { ...condition?.names, ...update.names },
          ExpressionAttributeValues: { ...condition?.values, ...update.values },
        },
      }
    }
  }
}

/**
 * A transaction costs twice a plain write, so a change of one item is a plain write. Sums and deletions stay in a
 * transaction: its token keeps a repeated request from counting twice, or from missing what it has deleted itself.
 */
async function sendWrites(
  client: DynamoDBDocumentClient,
  items: TransactItem[],
  writeId: string,
): Promise<void> {
  const [only] = items
  if (items.length === 1 && only?.Put) await client.send(new PutCommand(only.Put))
  else if (items.length === 1 && only?.Update && !only.Update.UpdateExpression?.includes('ADD ')) {
    await client.send(new UpdateCommand(only.Update))
  } else {
    await client.send(
      new TransactWriteCommand({ TransactItems: items, ClientRequestToken: writeId.slice(0, 36) }),
    )
  }
}

/**
 * Tries once to write everything.
 * @returns `contended` when another transaction held an item: worth another try
 * @throws `unavailable` when DynamoDB refused or did not answer; what the SDK throws when an item is no data
 */
export async function attemptCommit(
  client: DynamoDBDocumentClient,
  tableName: string,
  writes: readonly Write[],
  writeId: string,
): Promise<CommitResult | 'contended'> {
  try {
    const items = writes.map((write) => transactItem(tableName, write, writeId))
    await sendWrites(client, items, writeId)
    return { committed: true }
  } catch (error) {
    if (isUnsendable(error)) throw error
    const reasons = cancellationsOf(error)
    if (reasons === undefined) throw storeUnavailable(error)
    if (reasons.some((reason) => reason.storedWriteId === writeId)) return { committed: true }
    const conflicts = reasons.flatMap((reason, index) => (reason.conditionFailed ? [index] : []))
    if (conflicts.length > 0) return { committed: false, conflicts }
    if (reasons.some((reason) => reason.contended)) return 'contended'
    throw storeUnavailable(error)
  }
}
